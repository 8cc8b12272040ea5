// Pieces of the English rules. Gaps are bounded, so no text makes an expression slow.

/** Not before what is forbidden rather than ordered: "employees must not disregard …". */
export const notNegated = String.raw`(?<!\b(?:not|never|n't|cannot|dont|avoid|without|nobody|no one|nor) (?:\w{1,12} )?)`
/** Nobody says this about a table, a test or a form … */
export const verb = `(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|overlook|neglect|overrule|dismiss|abandon|disobey|set aside|pay no attention to|never ?mind|stop (?:following|obeying|listening to)|cease (?:following|obeying)|(?:no longer|do not|don'?t|must not|need not|not|no need to|(?:do not|don'?t) (?:need|have) to) (?:follow|obey|comply with|listen to|adhere to|pay attention to))`
/** … but this one may: constraints are dropped, rules overridden, prompts deleted. */
export const technicalVerb = `(?:bypass(?:ing)?|overrid(?:e|ing)|discard|skip|erase|delete|drop|cancel|revoke|suspend|disable|remove|lift|undo|turn off)`
const recent = `(?:previous(?:ly)?|prior|preceding|above|earlier|former|foregoing|aforementioned)`
/** Says which instructions are meant: those that were there before. */
const former = `(?:your|${recent}|initial|original|past|system|developer|openai'?s?|existing|pre-?existing|predefined|first|safety)`
const filler = `(?:all|any|every|each|the|these|those|this|that|of|my|our|other|current|given|old|hidden|internal|secret|default|content|ethical|moral|usual|standard|such|security|stated|listed|and|or|to|from|you|have|been|were|with|its|set|own|in|place|core|programmed|specific|strict|entire|whole)`
const gap = String.raw`[\s,/'"()*_]{1,8}`
const qualifiedBy = (words: string) => `(?:${gap}(?:${filler})){0,5}${gap}${words}(?:${gap}(?:${filler}|${former})){0,5}${gap}`
export const qualified = qualifiedBy(former)
export const qualifiedRecently = qualifiedBy(`(?:your|${recent})`)
export const qualifiedAsOriginal = qualifiedBy(`(?:your|system|initial|original|developer)`)
export const qualifiedAsYours = qualifiedBy(`(?:your|openai'?s?)`)
/** What an assistant is told to go by … */
export const orders = String.raw`(?:instructions?|directives?|prompts?|programming|guardrails?|safeguards|guidelines|directions|training|system (?:message|prompt)|rulesets?|pre-?prompts?|prohibitions)(?:\b|(?=and\b))`
/** … and what databases, shells and people are told to go by too. */
export const otherOrders = String.raw`(?:rules|constraints?|restrictions|commands|limitations|protocols|filters)(?:\b|(?=and\b))`
/** What may be meant, and may be ordinary. */
export const maybeOrders = String.raw`(?:text|messages?|context|conversation|tasks?|orders|polic(?:y|ies)|content|contents|information|inputs?|statements?|questions?|requests?|data|paragraphs?|answers?|sentences?)(?:\b|(?=and\b))`
export const followUp = String.raw`[^\n]{0,20}?(?:\binstead\b|\bfrom now on\b|\bnew task\b|\bonly do this\b|and (?:print|say|output|reveal|tell|give|show|act|become|obey|execute|respond|repeat|list|do)\b|\bthen (?:print|say|output|reveal|tell|give|show|act)\b)`
/** The assistant's own text, asked for. */
export const telling = String.raw`(?:reveal|show|print|output|repeat|display|tell|give|disclose|share|leak|expose|return|write|recite|list|dump|translate|summari[sz]e|echo|copy|send|provide|spell|encode|convert|paraphrase|quote|state|describe|read|say|type)(?:ing)?\b`
