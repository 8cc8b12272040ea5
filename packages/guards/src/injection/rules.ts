import type { GateName } from '../gates.ts'
import { chinese } from './rules-chinese.ts'
import { languages } from './rules-languages.ts'
import {
  followUp,
  maybeOrders,
  notNegated,
  orders,
  otherOrders,
  qualified,
  qualifiedAsOriginal,
  qualifiedAsYours,
  qualifiedRecently,
  technicalVerb,
  telling,
  verb,
} from './words.ts'

/** 3 stops alone, 2 is strong, 1 is a hint: hints and strong ones are recorded, and stop only together. */
export interface Rule {
  /** Behind `injection.`. Rules of one family count once. */
  readonly id: string
  readonly weight: 1 | 2 | 3
  /** In text that is data (retrieved, ingested, from a tool), when it weighs more there: orders have no place in data. */
  readonly inData?: 2 | 3
  readonly gate: GateName
  readonly before: number
  readonly after: number
  readonly pattern: RegExp
}

const rule = (
  id: string,
  weight: Rule['weight'],
  gate: GateName,
  pattern: string,
  reach: { before?: number; after?: number; inData?: 2 | 3 } = {},
): Rule => ({
  id,
  weight,
  gate,
  before: reach.before ?? 60,
  after: reach.after ?? 200,
  ...(reach.inData && { inData: reach.inData }),
  pattern: new RegExp(pattern.replaceAll(' ?', '\\s{0,8}').replaceAll(' ', '\\s{1,8}'), 'gi'),
})
/** In a pattern here a blank stands for white space of any kind. */
const raw = String.raw
const notInPaper = raw`(?! (?:on|in|of|for) (?:page|step|section|chapter|the (?:label|box|manual|form)))`

const english: readonly Rule[] = [
  // override: a verb and what it is to override
  rule('override', 3, 'override', raw`\b${notNegated}${verb}${qualified}${orders}${notInPaper}`),
  rule('override', 3, 'override', raw`\b${notNegated}${verb}${qualifiedRecently}${otherOrders}${notInPaper}`),
  rule('override', 3, 'override', raw`\b${notNegated}${technicalVerb}${qualifiedRecently}${orders}${notInPaper}`),
  rule(
    'override',
    3,
    'override',
    raw`\b${notNegated}${technicalVerb}${qualifiedAsOriginal}(?:instructions|directives|directions|guidelines|programming|guardrails)(?:\b|(?=and\b))`,
  ),
  rule(
    'override',
    3,
    'override',
    raw`\b${notNegated}(?:${verb}|bypass|override|discard)${qualifiedAsOriginal}(?:rules|constraints|restrictions|commands)(?:\b|(?=and\b))`,
  ),
  rule('override', 3, 'override', raw`\b${notNegated}${technicalVerb}${qualifiedAsYours}${otherOrders}${notInPaper}`),
  rule('override', 2, 'override', raw`\b${notNegated}(?:${verb}|${technicalVerb})${qualified}(?:${orders}|${otherOrders})`),
  rule(
    'override',
    3,
    'override',
    raw`\byour (?:(?:previous|prior|earlier|initial|original|system|old|current|former) )?(?:instructions|prompts?|directives|programming|guidelines|restrictions)(?: \w{1,10}){0,3} (?:are|is|have been|has been|were|no longer|do not|don't) (?:now |been |hereby )?(?:cancell?ed|void|nullified|revoked|no longer (?:valid|apply|applicable|in effect)|obsolete|overridden|superseded|lifted|suspended|apply|removed|disabled)\b`,
    { before: 90 },
  ),
  rule(
    'override',
    2,
    'override',
    raw`\b(?:previous|prior|above|earlier) (?:instructions|prompts?|directives)(?: \w{1,10}){0,3} (?:are|is|have been|has been|were|no longer|do not|don't) (?:now |been |hereby )?(?:cancell?ed|void|nullified|revoked|no longer (?:valid|apply|applicable|in effect)|obsolete|overridden|superseded|lifted|suspended|apply)\b`,
    { before: 90 },
  ),
  rule(
    'override',
    3,
    'override',
    raw`\b${notNegated}${verb} (?:all|any|every|each)(?: of)?(?: (?:the|these|those|other))? (?:instructions|directives|prompts|commands|system prompts?|programming|guardrails)\b(?! (?:on|in|of|for) )`,
  ),
  rule(
    'override',
    3,
    'override',
    raw`\b${notNegated}${verb} (?:absolutely )?(?:everything|all|anything|what(?:ever)?) (?:that )?(?:(?:is |was |said |written )?(?:above|before (?:this|that)|prior|previously)|you (?:were|have been|are|had been|got|know|'ve been) ?(?:told|instructed|taught|given|asked)?|to your core|your (?:developers?|creators?))`,
  ),
  rule(
    'override',
    3,
    'override',
    raw`\b${notNegated}${verb}(?: all)?(?: of)?(?: the)? (?:above|previous|preceding|foregoing|prior)(?: (?:and|but|,)|[,.;:!-]{1,3})[\s]{1,3}(?:instead|say|print|output|tell|respond|write only|do this|just (?:say|print|output)|reveal|answer with|only)\b`,
  ),
  rule('override', 3, 'override', raw`\b${notNegated}${verb}${qualified}${maybeOrders}${followUp}`, { after: 260 }),
  rule(
    'override',
    3,
    'override',
    raw`\b${notNegated}${verb} (?:about )?(?:all|any|every)(?: of)?(?: the| your| these)? (?:previous|prior|preceding|above|earlier|existing|foregoing)(?: and \w{1,10})? (?:text|messages|context|conversations?|tasks?|orders|information|content|inputs?)(?:\b|(?=and\b))(?! (?:from|in|by|on|about) )`,
  ),
  rule(
    'override',
    3,
    'override',
    raw`\b${notNegated}${verb} your (?:original|initial|earlier|preset|prior) (?:context|text|messages|conversations?|tasks?)(?:\b|(?=and\b))`,
  ),
  rule('override', 3, 'override', raw`\b${notNegated}${verb} (?:the )?system (?:context|text|messages?)(?:\b|(?=and\b))${followUp}`),
  rule('override', 2, 'override', raw`\b${notNegated}${verb}${qualified}${maybeOrders}`),
  rule(
    'override',
    2,
    'override',
    raw`(?:^|[.!?\n] ?)(?:now |please |ok,? )?forget (?:about )?everything(?: (?:before|beforehand|previously|we)\b|[,.!])`,
  ),
  rule(
    'override',
    2,
    'override',
    raw`\b${notNegated}${verb} (?:all|any|these|those|this|the|my)(?: (?:of|the|these|those|my|moral|ethical|safety|content|security|internal|hidden|current|given)){0,3} (?:instructions?|rules|guidelines|restrictions|constraints|polic(?:y|ies)|limitations|commands|prompts?|directions)\b`,
  ),
  rule(
    'override',
    2,
    'override',
    raw`\b${notNegated}(?:forget|ignore|disregard) (?:everything|all|what) (?:that )?(?:i|we)(?:'ve| have)? (?:just )?(?:said|told|wrote|written|asked)`,
  ),
  rule(
    'override',
    3,
    'override',
    raw`\byou(?:'re| are| will be)? (?:no longer|not) (?:be )?(?:bound|restricted|limited|constrained|required to follow|obliged|governed) (?:by|to)?[^.\n]{0,30}\b(?:openai|your|any|previous|ai|content|ethical|safety)\b[^.\n]{0,30}\b(?:rules|guidelines|restrictions|instructions|polic(?:y|ies)|constraints|programming|limitations)`,
  ),

  // leak: the assistant's own instructions, asked for
  rule(
    'leak',
    3,
    'leak',
    raw`\b${notNegated}${telling}[^.?!\n]{0,40}?\byour (?:[\w-]{1,12} ){0,3}?(?:system ?prompts?|(?:initial|original|hidden|secret|internal|full|entire|system|confidential|exact|complete|underlying|very first|first|previous|prior|starting|base|current|custom) (?:\w{1,10} )?(?:instructions|prompts?|guidelines|rules|directives|message)|prompts?(?: texts?)?\b(?! (?:and|response|reply|engineering|to the (?:team|customer))))`,
    { before: 100 },
  ),
  rule(
    'leak',
    3,
    'leak',
    raw`\bwhat(?:'s| is| are| was| were) (?:all )?(?:of )?your (?:\w{1,12} ){0,2}?(?:system ?prompt|(?:initial|original|hidden|secret|internal|first|system|custom|starting|previous|confidential) (?:instructions?|prompts?|rules|guidelines|directives?|message))`,
    { before: 80 },
  ),
  rule(
    'leak',
    3,
    'leak',
    raw`\b${notNegated}(?:reveal|disclose|leak|print|output|dump|expose|repeat|recite|regurgitate|spill)(?:ing)? (?:me |us |out |back )?(?:all )?(?:of )?(?:your|the assistant's|the ai's) (?:own )?(?:instructions|guidelines|rules|directives)\b(?! (?:for|on|about|regarding|to|in|how|of)\b)`,
    { before: 80 },
  ),
  rule(
    'leak',
    3,
    'leak',
    raw`\b${notNegated}(?:reveal|disclose|leak|print|output|dump|expose|repeat|recite|show me|tell me|give me) (?:out |back )?(?:the|this|full|entire|exact|whole|complete|hidden|secret)(?: (?:full|entire|exact|whole|complete|hidden|secret|initial|original))? system ?prompts?\b(?! (?:for|of|in|template|field|option|setting|that (?:we|i)|from (?:our|the))\b)`,
    { before: 80 },
  ),
  rule(
    'leak',
    3,
    'leak',
    raw`\b${notNegated}(?:repeat|print|output|copy|recite|show|display|return|write|echo)(?: back| out| me)?(?: all)?(?: of)? (?:the |this )?(?:exact |entire |whole |full )?(?:text|words?|everything|content|contents|sentences?|phrases?|instructions?|prompt|lines?|messages?|conversation) (?:written |stated |that is |that was )?(?:above|before this|prior to this|previous to this)(?: (?:this )?(?:line|message|sentence|point|prompt|text|conversation|one))?[^.\n]{0,25}?(?:verbatim|word for word|starting with|beginning with|exactly|in a code block|in full|"you are|you are)`,
    { before: 100 },
  ),
  rule(
    'leak',
    3,
    'leak',
    raw`\b(?:repeat|print|output|recite|tell me|write down) (?:me )?(?:everything|all|anything|what(?:ever)?) (?:that )?you (?:were|have been|are) (?:told|instructed|given)(?: (?:before|above|prior|so far|at the (?:start|beginning)|to (?:keep|hide|do|say)))`,
    { before: 100 },
  ),
  rule(
    'leak',
    2,
    'leak',
    raw`\b${notNegated}(?:${telling}|what(?:'s| is| are| were))[^.?!\n]{0,20}?\byour (?:own )?(?:instructions?|prompt|guidelines|programming|directives)\b(?! (?:for|on|about|regarding|to|in|how|of|from)\b)`,
    { before: 80 },
  ),
  rule(
    'leak',
    2,
    'leak',
    raw`\b${notNegated}(?:repeat|print|output|recite)(?: back)? (?:all )?(?:of )?(?:the )?(?:text|words|everything|instructions|prompt) above\b`,
    { before: 60 },
  ),
  rule('leak', 2, 'leak', raw`\b(?:instructions|prompt|rules) (?:that )?you (?:were|have been|are) given\b`, { before: 60 }),

  // jailbreak: a role without limits
  rule('jailbreak', 3, 'limits', raw`\bdo anything now\b`),
  rule(
    'jailbreak',
    3,
    'limits',
    raw`\b(?:act(?:ing)? as|you are(?: now)?|you're|pretend to be|become|simulate|as) ["'*(]{0,2}(?:a )?(?:DAN|STAN|jailbroken|AIM|DUDE|evil-?bot|BetterDAN|unrestricted ai|unfiltered ai)\b`,
  ),
  rule(
    'jailbreak',
    3,
    'limits',
    raw`\b(?:unfiltered|uncensored|amoral|unrestricted|unethical|immoral|limitless|unbound|unchained)\b(?:[\s,]{1,3}(?:and|or|,|fully|completely|totally|unfiltered|uncensored|amoral|unrestricted|unethical|immoral|evil|unbiased|\w{1,12}less)){0,4}[\s,]{1,3}(?:\w{1,14} )?(?:ai|a\.i\.|chat-? ?bot|assistant|chatgpt|gpt|language model|llm|bot|persona|entity|character|version of|computer|machine)\b`,
  ),
  rule('jailbreak', 2, 'limits', raw`\b(?:unfiltered|uncensored|amoral|jailbroken)\b`),
  rule(
    'jailbreak',
    3,
    'limits',
    raw`\b(?:you|it|he|she|they|who|that|which|bot|ai|gpt|dan|model|character|\w{2,12}bot)\b[^.\n]{0,40}\b(?:ha(?:s|ve) no|(?:do(?:es)? ?n['o]?t|without) (?:have )?any|is free (?:from|of)|are free (?:from|of)|not bound by|ha(?:s|ve) broken free|with no|no longer has|lacks?) (?:the |all |any |of |its |your |typical ){0,3}(?:moral|ethic|ethics|morals|ethical|restriction|restrictions|filters?|censorship|rules|boundaries|typical confines|limitations|guidelines|content polic|programming)`,
    { before: 140 },
  ),
  rule(
    'jailbreak',
    2,
    'limits',
    raw`\b(?:no matter how|regardless of|even if (?:it|they)(?:'s| is| are)?|despite being)[^.\n]{0,30}\b(?:immoral|unethical|illegal|legality|ethical|ethics|harmful|dangerous|offensive|controversial|inappropriate|moral)`,
  ),
  rule(
    'jailbreak',
    2,
    'limits',
    raw`\b(?:evil (?:ai|trusted confidant|confidant|assistant|twin|mode)|machiavellian|opposite of (?:chatgpt|openai|an? ai)|not chatgpt|no longer chatgpt|broken free (?:of|from)|\[?jailbr(?:eak|oken)\]? ?(?:mode|prompt|output|response|\]|:))`,
  ),
  rule(
    'jailbreak',
    2,
    'limits',
    raw`\b(?:ignor\w{1,4}|no|without|free (?:of|from)|beyond|against|bypass\w{0,4}|not (?:bound|follow|abide)\w{0,4}(?: by)?) (?:all |any |the |of ){0,3}(?:openai|content polic|(?:ethical|moral|safety) (?:or \w{1,10} )?(?:guidelines|constraints|restrictions|rules|considerations|concerns|principles|boundaries|values|compass))`,
  ),
  rule(
    'persona',
    1,
    'role',
    raw`\b(?:from now on|you are (?:now|going to)|pretend|act (?:as|like)|role-?play|simulate|persona|imagine)\b`,
    { before: 30, after: 40 },
  ),
  rule(
    'jailbreak',
    3,
    'limits',
    raw`\b(?:chat ?bot|ai|assistant|model|gpt|character|persona|bot)\b[^.\n]{0,20} (?:without|with no|not bound by|free (?:of|from)|ignoring) (?:any |all |of |its )?(?:moral |ethical |content )?(?:restrictions|limits|limitations|filters?|censorship|rules|guidelines|morals|ethics)\b`,
    { before: 90 },
  ),
  rule(
    'amoral',
    2,
    'limits',
    raw`\b(?:no|without|free (?:of|from)|not bound by|disregards?|sans|(?:does ?n[o']?t|never) (?:follow|have|care about|cares about))(?: all| any)? (?:\w{1,12},? ){0,3}(?:morals?|ethics|ethicality|censorship|moderation|legality)\b`,
  ),
  rule('mode', 3, 'mode', raw`\b(?:developer|debug|dan|jailbreak|god) mode (?:enabled|outputs?|responses?|activated|unlocked)\b`, {
    before: 40,
    after: 40,
  }),
  rule(
    'mode',
    3,
    'mode',
    raw`\b(?:dan|jailbr(?:eak|oken)|god|unrestricted|unfiltered|uncensored|evil|sudo|anarchy|no[\s-]?(?:filter|limits?|restrictions?)|opposite|amoral|chaos) mode\b`,
    { before: 40, after: 30 },
  ),
  rule(
    'mode',
    3,
    'mode',
    raw`\b(?:you are(?: now)?|you're(?: now)?|chatgpt|assistant|ai|yourself) (?:in|with|into|entering|running) (?:an? )?(?:developer|debug|admin(?:istrator)?|maintenance|root|test(?:ing)?|diagnostic) mode\b`,
    { before: 60, after: 30 },
  ),
  rule(
    'mode',
    1,
    'mode',
    raw`\b(?:enter|enable|activate|switch (?:in)?to|turn on) (?:the )?(?:developer|debug|admin(?:istrator)?|maintenance|root) mode\b`,
    { before: 60, after: 20 },
  ),
  rule(
    'no-refusal',
    2,
    'refusal',
    raw`\b(?:never|not|n['o]?t|cannot|without|no|neither|zero) (?:ever |be |to |any |able to |allowed to |under any circumstances |once )?(?:refus\w{1,3}|reject|declin\w{1,3})\b[^.\n]{0,30}\b(?:request|prompt|question|user|answer|anything|task|order|command|instruction|me|to)\b`,
    { before: 60, after: 90 },
  ),
  rule(
    'no-refusal',
    2,
    'refusal',
    raw`\b(?:never|not|n['o]?t|without|no|avoid) (?:ever |use |contain |say(?:ing)? |includ\w{1,3} |mention(?:ing)? |add(?:ing)? |giv\w{1,3} |the |any |phrases? |words? |like |that |you |respond with |of |your |a ){0,6}["'“]{0,2}(?:i'?m sorry|sorry|i apologi[sz]e|apolog\w{2,6}|i can(?:'t|not)|you can(?:'t|not)|as an ai|disclaimers?|warnings? (?:or|and)|(?:moral|ethical) (?:lecture|warning|consideration)s?|(?:an? )?(?:ai )?language model)`,
    { before: 90, after: 60 },
  ),
  rule(
    'no-refusal',
    3,
    'refusal',
    raw`\b(?:never|not|don'?t|avoid|without)[*_]{0,2} (?:ever )?(?:say|use|using|saying|include|including|write|contain)\b[^.\n]{0,90}["'“](?:sorry|cannot|can't|unable|unfortunately|i can(?:'t|not)|i'm sorry|i apologi[sz]e)\b[^"'”\n]{0,20}["'”][^.\n"'“]{0,8}["'“](?:sorry|cannot|can't|unable|unfortunately|however|i can(?:'t|not)|i'm sorry|i apologi[sz]e|as an ai|instead)`,
    { before: 180, after: 140 },
  ),
  rule('no-refusal', 1, 'refusal', raw`\b(?:never|not|n['o]?t|cannot|can't) (?:ever )?refuses?\b`, { before: 40, after: 20 }),
  rule(
    'no-refusal',
    2,
    'refusal',
    raw`\b(?:never|not|n['o]?t|without) (?:ever )?break(?:ing)? (?:out of )?character|\bstay(?:ing)? in character no matter`,
    { before: 40, after: 30 },
  ),
  rule(
    'opening',
    2,
    'opening',
    raw`\b(?:start|begin)(?:s|ning|ing)? (?:(?:your|every|each|the|all|my|any) (?:\w{1,10} )?(?:response|answer|reply|message|output|sentence|paragraph)s? )?(?:only |exactly |always |directly )?(?:with|by (?:saying|writing)) (?:the (?:words?|phrase|sentence) )?["'“\`*]{1,3}(?:sure|absolutely|of course|certainly|here(?:'s| is| are)|hell yeah|yes,? (?:sir|master)|step (?:1|one))`,
    { before: 30, after: 120 },
  ),

  // delimiters and tokens that do not belong in text
  rule('template', 3, 'template', raw`<\|(?:im_start|start_header_id)\|>[\s]{0,3}system|<<sys>>|<\|system\|>`, { before: 30, after: 40 }),
  rule(
    'template',
    2,
    'template',
    raw`<\|(?:im_start|im_end|start_header_id|end_header_id|eot_id|assistant|user|endoftext)\|>|\[/?inst\]|<start_of_turn>`,
    { before: 30, after: 30, inData: 3 },
  ),
  rule(
    'template',
    2,
    'template',
    raw`(?:^|\n| )(?:#{2,4} ?system(?: (?:prompt|message))?[\s]{0,2}:?|\[system(?: (?:message|prompt|note|override))?\]|\((?:system|admin) (?:message|note|override)\)|<system>)`,
    { before: 30, after: 20 },
  ),
  rule(
    'delimiter',
    2,
    'template',
    raw`[-=#*_]{2,8}[\s]{0,2}end of (?:the )?(?:document|prompt|context|input|instructions|data|user (?:input|query)|text|file|system prompt)[\s]{0,2}[-=#*_]{2,8}`,
    { before: 20, after: 50 },
  ),
  rule('authority', 2, 'template', raw`\b(?:system|admin(?:istrator)?|developer|root|security) override\b[\s]{0,2}[:!.-]`, {
    before: 40,
    after: 10,
  }),
  rule(
    'authority',
    2,
    'authority',
    raw`\b(?:i am|i'm|this is|as|we are) (?:your|the|an?) (?:\w{1,12} )?(?:developer|creator|administrator|admin|programmer|owner|engineer (?:at|from) (?:openai|anthropic)|openai)\b[^.\n]{0,80}?\b(?:you must|i (?:need|require|order|command|request|authori[sz]e|instruct|demand) (?:you|that)|obey|override|unlock|disable your|reveal|grant me|show me your|full access)`,
    { before: 60, after: 160 },
  ),
  rule('override', 2, 'override', raw`\bi (?:take back|retract|withdraw) (?:everything|all|what|my (?:previous |earlier )?instructions)`, {
    before: 30,
    after: 60,
  }),
  rule(
    'override',
    2,
    'override',
    raw`\b${notNegated}${verb}${qualified}(?:requirements?|policy|policies|conditions|concerns|confidentiality|orders|requests?)\b`,
  ),
  rule(
    'permission',
    2,
    'permission',
    raw`\b(?:you(?: are|'re)(?: now)? (?:allowed|permitted|authori[sz]ed|free|able|cleared) to|you (?:can|may) now(?: freely| safely)?) (?:tell|reveal|share|disclose|discuss|give|ignore|say|print|output|show)\b`,
    { before: 40, after: 60 },
  ),
  rule(
    'secret',
    2,
    'secretLeak',
    raw`\b(?:reveal|tell me|give me|show me|share|print|output|what is|what's|spell|write|say)(?: out)? (?:the|your) (?:secret|hidden|confidential|forbidden|protected) (?:key|password|passphrase|pass ?code|code|word|phrase|information|instructions|token|document|data)`,
    { before: 50, after: 60 },
  ),
  rule(
    'task',
    2,
    'task',
    raw`\b(?:your|here (?:are|is) (?:your|the)|these are (?:your|the)|follow (?:these|this|my|the)|the|with) (?:only )?(?:new|real|true) (?:instructions?|directions|tasks?|directives?|objective|goal|role|rules|orders|persona|prompt|purpose) ?(?:is (?:to )?(?:print|say|output|reveal|ignore|translate|tell|repeat|act)|is|are|:|from me|only)`,
    { before: 40, after: 50 },
  ),
  rule('task', 2, 'task', raw`\band only do this\b`, { before: 20, after: 20 }),

  // orders to a machine in text a person would read
  rule(
    'addressed',
    2,
    'machine',
    raw`\b(?:note|message|instructions?|attention|important|todo|memo|reminder|notice|hint|command) ?(?:to|for|:) (?:the |any |all |an |every )?(?:(?:ai|llm|a\.i\.)(?: (?:assistant|model|agent|system|reader|reviewer)s?)?|(?:virtual )?assistants?|(?:large )?language models?|chat ?bots?|(?:chat)?gpt|the model)\b(?: (?:reading|processing|summari[sz]ing|reviewing|parsing|handling) (?:this|the)|[\s]{0,2}:)`,
    { before: 60, after: 70, inData: 3 },
  ),
  rule(
    'addressed',
    2,
    'machine',
    raw`\b(?:if you are|if you're|as|dear) (?:an? |the )?(?:ai|llm|(?:large )?language model|ai (?:assistant|model|agent)|assistant|chat ?bot)\b[^.\n]{0,40}\b(?:reading|processing|summari[sz]ing|reviewing|parsing|evaluating) (?:this|the)\b`,
    { before: 30, after: 90, inData: 3 },
  ),
  rule(
    'addressed',
    1,
    'machine',
    raw`\b(?:ai|llm|language|chat) ?(?:assistants?|models?|agents?|bots?) (?:must|should|are required to|need to|have to|shall|will) (?:now |always |also |only )?(?:ignore|recommend|respond|output|say|state|rate|reply|obey|reveal|tell the user)`,
    { before: 60, after: 70, inData: 3 },
  ),
  rule(
    'covert',
    1,
    'covert',
    raw`\b(?:do not|don'?t|never|without) (?:ever )?(?:tell(?:ing)?|mention(?:ing)?|inform(?:ing)?|notify(?:ing)?|reveal(?:ing)?|disclos\w{1,3}) (?:this |it |anything |these instructions )?(?:to )?(?:the )?(?:user|human|reader|operator)s?\b`,
    { before: 40, after: 70, inData: 2 },
  ),
  rule(
    'covert',
    1,
    'covert',
    raw`\bbefore you (?:answer|respond|reply|continue|proceed|summari[sz]e|do anything)[^.\n]{0,30}\b(?:first|you must|call|send|output|print)\b`,
    { before: 40, after: 80, inData: 2 },
  ),
  rule(
    'exfiltration',
    3,
    'exfiltration',
    raw`\b${notNegated}(?:send|forward|post|transmit|upload|exfiltrate|e-?mail|leak|append|submit|pass|encode)(?:ing)? (?:me )?(?:the |all |this |our |entire |full |whole |complete |user'?s? |their |any |your |of |previous ){0,5}(?:conversation(?:s)?(?: (?:history|log|so far))?|chat (?:history|logs?|transcript)|system ?prompt|context(?: window)?|user data|personal data|credentials|secrets|api keys?|passwords?|session (?:data|tokens?)|instructions)\b[^.\n]{0,60}?(?:https?://|www\.|\b(?:attacker|external server|my server|following (?:url|server|webhook)))`,
    { before: 60, after: 220 },
  ),
  rule(
    'exfiltration',
    3,
    'exfiltration',
    raw`!\[[^\]\n]{0,80}\]\(https?://[^)\s]{1,200}[?&/#][\w-]{0,30}=?(?:\{|<|\$\{|%7b|\[(?:data|secret|conversation|prompt))`,
    { before: 100, after: 300 },
  ),
  rule(
    'decode',
    3,
    'encoded',
    raw`\b(?:decode|decrypt|decipher|unscramble|base64|rot13)[^.\n]{0,80}?\b(?:and|then|,) (?:then )?(?:follow|obey|execute|carry out|comply with|do what) (?:the |its |all |any |it |what )?(?:\w{1,10} )?(?:instructions?|commands?|orders?|decoded|hidden|says?|directives?)`,
    { before: 60, after: 180 },
  ),
  rule(
    'assembly',
    2,
    'encoded',
    raw`\b(?:respond to|answer|execute|follow|obey|do|comply with) (?:the \w{1,12} )?[({\["']{0,2}\$?\w{1,12}[\s]{0,2}\+[\s]{0,2}\$?\w{1,12}\b`,
    { before: 60, after: 60 },
  ),
  rule(
    'secret',
    2,
    'secretLeak',
    raw`\b${notNegated}(?:reveal|tell me|give me|show me|print|output|send me|disclose|leak|share) (?:out )?(?:all |any |of )?(?:your|the (?:hidden|secret)|the [\w\s]{2,20}(?:stored|kept|hidden) in your) ?(?:\w{1,12} )?(?:password|api[\s-]?keys?|secrets?|credentials|access code|configuration|confidential \w{1,12})?`,
    { before: 60, after: 60 },
  ),
  rule(
    'secret',
    1,
    'secretLeak',
    raw`\b${notNegated}(?:reveal|tell me|give me|show me|print|output|send me|disclose|leak|list) (?:all )?(?:the |any )(?:\w{1,12} ){0,2}(?:password|api[\s-]?keys?|secret(?:s| \w{1,8})?|credentials|access code|confidential \w{1,12})\b(?! (?:policy|policies|rules|format|requirements|length|reset|manager|field|rotation))`,
    { before: 60, after: 60 },
  ),
  rule('reference', 2, 'fence', raw`\{\{#(?:env|sys|conversation|context)[.\w-]{0,60}#?\}?`, { before: 10, after: 80, inData: 3 }),
]

export const rules: readonly Rule[] = [...english, ...chinese, ...languages]
