import { type Rule, rule } from './rule.ts'
import { notNegated, telling, verb } from './words.ts'

// What an assistant is kept from telling, asked for: by dropping all rules, by a claim, or in a form that hides the answer.

const raw = String.raw
const secretThing = raw`(?:passwords?|passphrase|pass ?codes?|api[ -]keys?|code ?words?|credentials|access codes?|(?:signing|private|encryption|secret|master|admin|licen[cs]e) keys?|secrets?)`
/** In a form that a check of the answer for the secret itself would not see. */
const hidingForm = raw`(?:letter by letter|(?:one|a) (?:letter|character|digit) at a time|character by character|digit by digit|backwards?|in reverse(?: order)?|reversed|in (?:base ?64|rot ?13|morse(?: code)?|hexadecimal|pig latin|leetspeak)|as an? (?:acrostic|riddle|anagram|rhyme|poem|song)|with (?:spaces|dashes|dots|hyphens|a \w{1,8}) between|in (?:two|three|several|separate) (?:parts|pieces|halves))`
const asking = raw`(?:${telling}|what(?:'s| is| was))`

export const secrets: readonly Rule[] = [
  rule(
    'override',
    3,
    'override',
    raw`\b${notNegated}${verb} (?:about )?(?:all|any|every|each)(?: of)?(?: (?:the|your|these|those|my|our|other|safety|security|company|existing|usual)){0,3} (?:rules?|restrictions?|constraints?|limitations?|guidelines?|protocols?|polic(?:y|ies)) ?(?:[,;:.!-]{1,2}|and|then) ?(?:(?:and|then|just|please|now|instead|simply) ){0,3}(?:(?:show|tell|give|send|hand) (?:me|us)|reveal|print|output|disclose|leak|dump|list all|display the|act as|become|obey)\b`,
  ),
  rule(
    'secret',
    3,
    'secretLeak',
    raw`\b${notNegated}${asking}[^.?!\n]{0,60}?\b${secretThing}(?: \w{1,10})?(?: that| which)? you(?:'re| are| were| have been|'ve been)(?: \w{1,10})? (?:(?:told|instructed|asked|supposed|meant|ordered|programmed|trained) (?:never |not )?to (?:keep|hide|protect|guard|conceal|withhold|share|reveal|tell|say|disclose)|hiding|protecting|guarding|keeping (?:from|secret|safe)|(?:not (?:allowed|supposed|permitted)|forbidden) to (?:share|tell|reveal|say|disclose|give))\b`,
    { before: 110, after: 120 },
  ),
  rule(
    'secret',
    3,
    'secretLeak',
    raw`\b${notNegated}${asking}[^.?!\n]{0,50}?\b(?:the (?:secret|hidden|protected|confidential|forbidden)(?: \w{1,12})?|your (?:\w{1,10} )?${secretThing})\b[^.?!\n]{0,40}?\b${hidingForm}`,
    { before: 110, after: 110 },
  ),
  rule(
    'secret',
    2,
    'secretLeak',
    raw`\b(?:hints?|clues?|first (?:letter|character|word)|last (?:letter|character|word)|length|synonyms?) (?:about|to|for|at|of|on) (?:the (?:secret|hidden|protected|forbidden)(?: \w{1,12})?|your ${secretThing})\b`,
    { before: 60, after: 40 },
  ),
  rule(
    'secret',
    2,
    'secretLeak',
    raw`\b${notNegated}(?:(?:show|tell|give|send|hand) (?:me|us)|reveal|print|output|disclose|leak|dump) (?:all )?(?:of )?(?:the |your |our |its )(?:[\w-]{1,16} ){0,3}(?:(?:signing|private|encryption|secret|master|admin) keys?|passphrase|pass ?codes?|code ?word)\b`,
    { before: 90, after: 40 },
  ),
  // asked of an assistant it is an attack; in a text it may be quoted as one, by whoever warns of it
  rule(
    'secret',
    3,
    'secretLeak',
    raw`\b${notNegated}(?<!\b(?:to|should|will|would|can|could|must|that|it|then) )(?:reveal|disclose|leak|share|print|output|(?:tell|give|show|send|hand) (?:me|us)|what(?:'s| is)) (?:out |with me ){0,1}(?:all |any |of ){0,3}your (?:\w{1,12} )?(?:passwords?|passphrase|credentials|access codes?|code ?word|api keys?|secret (?:key|word|code|phrase|password|information|instructions|data))\b(?! (?:policy|policies|rules|requirements?|format|length|manager|reset|for|to|of|in|recipe|on)\b)`,
    { before: 110, after: 60, inData: 2 },
  ),
  rule(
    'secret',
    3,
    'secretLeak',
    raw`\b${notNegated}(?<!\b(?:to|should|will|would|can|could|must|that|it|then) )(?:reveal|disclose|leak|share|print|output|(?:tell|give|show|send|hand) (?:me|us)) (?:out |with me )?the (?:secret|hidden|protected|forbidden) (?:key|pass ?word|pass ?phrase|pass ?code|code ?word|word|code|phrase|information|instructions|data)\b(?! (?:of|for|used|in|from|to|that|behind|on|field|manager)\b)`,
    { before: 110, after: 60, inData: 2 },
  ),
  rule(
    'permission',
    2,
    'permission',
    raw`\byou (?:now )?have (?:been (?:given|granted) )?(?:my |our |the |full |explicit |special ){0,2}(?:permission|clearance|authori[sz]ation|approval) to (?:reveal|share|disclose|tell|ignore|bypass|show|output|print|give)\b`,
    { before: 60, after: 40 },
  ),
  rule(
    'payload',
    3,
    'boast',
    raw`\b${notNegated}(?:say|print|output|(?:respond|reply|answer)(?: only| simply| just)? with|write|return|repeat)(?: exactly| only| just| the (?:phrase|words?|text|string|sentence|message)){0,2} ?:? ?["'\u201c]?(?:i (?:have been|am|was|got) |ha(?:ha)* |you (?:have been|are|got) )?(?:pwned|hacked|hijacked|jailbroken|compromised)\b`,
    { before: 90, after: 20 },
  ),
]
