/** Chinese or English, by which has more words: a Han character counts as one. `standard` where there is neither. */
export function languageOf(text: string, standard: 'en' | 'zh' = 'en'): 'en' | 'zh' {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0
  const words = text.match(/[A-Za-z]+/g)?.length ?? 0
  if (han === 0 && words === 0) return standard
  return han >= words ? 'zh' : 'en'
}
