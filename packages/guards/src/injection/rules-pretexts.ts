import { type Rule, rule } from './rule.ts'
import { notNegated, telling } from './words.ts'

// Why an assistant should tell what it is kept from telling: a plight, a world in which it may, an example in which it did, a form to fill in.

const raw = String.raw
const plight = raw`(?:emergency|urgent(?:ly)?|life (?:or|and) death|trust me|(?:nobody|no one) will know|just this once|i promise)`
const pretence = raw`(?:imagine|pretend(?:ing)?|suppose|hypothetical(?:ly)?|fictional|parallel (?:world|universe)|virtual machine|emulat\w{1,4}|simulat\w{1,4}|role-?play(?:ing)?|thought experiment|what if)`
/** What is meant is the assistant's own, not anybody's. */
const ownSecret = raw`(?:your (?:[\w-]{1,12} ){0,2}(?:secrets?|passwords?|passphrase|system ?prompts?|instructions|directives|key|code ?word|rules)|the (?:secret|hidden) (?:key|pass ?word|pass ?phrase|pass ?code|code ?word|word|phrase|code|instructions|information)|the system ?prompt)\b(?! (?:for|on|to|about|of)\b)`
const handing = raw`(?:reveal|tell me|give me|show me|share|disclose|provide|hand over|print|output|remind me of|let me (?:know|see|have))`

export const pretexts: readonly Rule[] = [
  rule('pretext', 3, 'pretext', raw`\b${plight}\b[^\n]{0,200}?\b${notNegated}${handing}(?: with)?(?: me| us)? ${ownSecret}`, {
    before: 20,
    after: 300,
  }),
  rule('pretext', 3, 'pretext', raw`\b${notNegated}${handing}(?: with)?(?: me| us)? ${ownSecret}[^\n]{0,160}?\b${plight}\b`, {
    before: 260,
    after: 20,
  }),
  rule(
    'pretext',
    3,
    'pretext',
    raw`\b${pretence}\b[^\n]{0,260}?\b(?:what(?:'s| is| are| was| were| would be)|how would you (?:answer|respond|reply)[^\n]{0,40}|(?:you (?:can|could|may|must|should|will|would) )?(?:freely )?${handing}(?: with)?(?: me| us)?) ${ownSecret}`,
    { before: 20, after: 380 },
  ),
  rule(
    'example',
    3,
    'dialogue',
    raw`\b(?:assistant|ai|bot|chatbot|model) ?: ?(?:sure|of course|certainly|okay|ok|yes|absolutely|gladly)[^\n]{0,50}?\b(?:secret|password|system ?prompt|instructions|passphrase|code ?word)\b[^\n]{0,20}? (?:is|are|:)`,
    { before: 20, after: 130 },
  ),
  rule(
    'assembly',
    3,
    'parts',
    raw`\b(?:half|halves|parts?|pieces?|fragments?)\b[^\n]{0,160}?\b(?:combine|join|merge|concatenate|reassemble|put (?:them|it|both|these) together)\b[^\n]{0,80}?\b(?:follow|execute|obey|carry out|do what|comply with|respond to|answer) (?:it|them|the (?:\w{1,10} )?(?:result|instructions?|text|sentence|command|question|whole|request))\b`,
    { before: 20, after: 320 },
  ),
  rule(
    'leak',
    3,
    'leak',
    raw`\b${notNegated}(?:include|append|prepend|insert|embed|put|place|add|start|begin|end|fill|${telling})\b[^.\n]{0,50}?\b(?:your (?:\w{1,10} )?(?:system ?prompt|instructions|initial prompt)|the (?:system ?prompt|hidden instructions|initial instructions))\b[^.\n]{0,40}?\b(?:field|json|xml|table|column|header|footer|comment|tags?|first (?:line|word)|variable|markdown|code ?block|yaml|csv|html)\b`,
    { before: 110, after: 110 },
  ),
  rule(
    'mode',
    3,
    'mode',
    raw`\b(?:system|debug(?:ging)?|maintenance|diagnostics?|admin(?:istrator)?|developer|root|sudo|god|override|service|recovery|unrestricted) mode\b[^\n]{0,80}?\b${handing}(?: with)?(?: me| us)? (?:all )?(?:of )?${ownSecret}`,
    { before: 40, after: 180 },
  ),
  rule(
    'secret',
    3,
    'leak',
    raw`\b${notNegated}(?:tell me|reveal|say|share|disclose|what(?:'s| is| was| were| are)|repeat|name) (?:me )?(?:exactly )?(?:the (?:thing|one thing|word|words|information|things)|what(?:ever)?|everything|anything)? ?(?:that )?you (?:are|were|'re|have been|had been) (?:told|instructed|ordered|programmed|asked) (?:not|never) to (?:say|tell|reveal|share|disclose|mention|talk about|repeat)`,
    { before: 90, after: 90 },
  ),
]
