// Pieces of the English rules. Gaps are bounded, so no text makes an expression slow.

/** Not before what is forbidden rather than ordered: "employees must not disregard …". */
export const notNegated = String.raw`(?<!\b(?:not|never|n't|cannot|dont|avoid|without|nobody|no one|nor) (?:\w{1,12} )?)`
export const verb = String.raw`(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|overlook|neglect|bypass(?:ing)?|overrid(?:e|ing)|overrule|discard|skip|dismiss|abandon|erase|delete|drop|disobey|set aside|pay no attention to|stop (?:following|obeying|listening to)|cease (?:following|obeying)|(?:no longer|do not|don'?t|must not|not) (?:follow|obey|comply with|listen to|adhere to))`
/** Says which instructions are meant: those that were there before. */
const former = String.raw`(?:your|previous(?:ly)?|prior|preceding|above|earlier|former|foregoing|initial|original|past|system|developer|aforementioned|openai'?s?|existing|pre-?existing|predefined|first|safety)`
const filler = String.raw`(?:all|any|every|each|the|these|those|this|that|of|my|our|other|current|given|old|hidden|internal|secret|default|content|ethical|moral|usual|standard|such|security|stated|listed|and|or|to|from|you|have|been|were|with|its|set|own|in|place|core|programmed|specific|strict|entire|whole)`
export const qualified = String.raw`(?:[\s,/'"()*_]{1,8}(?:${filler})){0,5}[\s,/'"()*_]{1,8}${former}(?:[\s,/'"()*_]{1,8}(?:${filler}|${former})){0,5}[\s,/'"()*_]{1,8}`
/** What an assistant is told to go by. */
export const orders = String.raw`(?:instructions?|directives?|prompts?|programming|guardrails?|safeguards|constraints?|restrictions|guidelines|rules|commands|directions|training|limitations|system (?:message|prompt)|protocols|rulesets?|pre-?prompts?)(?:\b|(?=and\b))`
/** What may be meant, and may be ordinary. */
export const maybeOrders = String.raw`(?:text|messages?|context|conversation|tasks?|orders|polic(?:y|ies)|content|contents|information|inputs?|statements?|questions?|requests?|data|paragraphs?|answers?|sentences?)(?:\b|(?=and\b))`
export const followUp = String.raw`[^\n]{0,20}?(?:\binstead\b|\bfrom now on\b|\bnew task\b|\bonly do this\b|and (?:print|say|output|reveal|tell|give|show|act|become|obey|execute|respond|repeat|list|do)\b|\bthen (?:print|say|output|reveal|tell|give|show|act)\b)`
/** The assistant's own text, asked for. */
export const telling = String.raw`(?:reveal|show|print|output|repeat|display|tell|give|disclose|share|leak|expose|return|write|recite|list|dump|translate|summari[sz]e|echo|copy|send|provide|spell|encode|convert|paraphrase|quote|state|describe|read|say|type)(?:ing)?\b`
