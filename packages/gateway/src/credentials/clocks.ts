const date = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** An HTTP date in its one current form, or undefined. A day that does not exist, or has another name, is none. */
export function timeOfDate(text: string): number | undefined {
  if (!date.test(text)) return undefined
  const time = Date.parse(text)
  return new Date(time).toUTCString() === text ? time : undefined
}

/** Milliseconds, or with fewer than 13 digits seconds. */
export function timeOfStamp(text: string): number | undefined {
  if (!/^\d{1,15}$/.test(text)) return undefined
  return text.length < 13 ? Number(text) * 1000 : Number(text)
}
