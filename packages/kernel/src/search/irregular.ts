const forms =
  'begin began begun|break broke broken|bring brought|build built|buy bought|catch caught|child children|choose chose chosen|come came|deal dealt|draw drew drawn|' +
  'drive drove driven|eat ate eaten|fall fell fallen|fly flew flown|foot feet|forbid forbade forbidden|forget forgot forgotten|freeze froze frozen|get got gotten|' +
  'give gave given|go went gone|grow grew grown|hear heard|hide hid hidden|hold held|keep kept|know knew known|lend lent|lose lost|make made|meet met|pay paid|' +
  'rise risen|say said|seek sought|sell sold|send sent|shake shook shaken|show shown|sleep slept|speak spoke spoken|spend spent|stand stood|steal stole stolen|' +
  'swear swore sworn|take took taken|teach taught|tell told|think thought|throw threw thrown|understand understood|wear wore worn|win won|woman women|write wrote written'

/** Forms that no ending tells: kept is found by keep. Only those that are no other word as well: left, found, felt are missing. */
export const irregular: ReadonlyMap<string, string> = new Map(
  forms.split('|').flatMap((line) => {
    const [base, ...others] = line.split(' ')
    return others.map((other): [string, string] => [other, base ?? other])
  }),
)
