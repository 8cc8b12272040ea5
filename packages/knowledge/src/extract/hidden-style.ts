/** Whether declarations as they stand in a `style` attribute or a rule keep text from people's eyes. Lower case, without spaces. */
export const hidesText = (style: string): boolean =>
  /display:none|visibility:(hidden|collapse)|opacity:(0|0?\.0\d*)(;|$)|(text-indent|left|top):-\d{3,}/.test(style) ||
  /font-size:(0[a-z%]*|0?\.0\d*[a-z%]+|([0-2]?\.\d+|[12])(px|pt)|[1-9]%)(;|$)/.test(style) ||
  /clip-path:(inset\((50|100)%|circle\(0)|clip:rect\([01](px)?,|transform:scale\(0(,0)?\)/.test(style) ||
  /(^|;)(max-)?(height|width):0(px)?(;|$)/.test(style)

export const tidyStyle = (style: string): string => style.toLowerCase().replace(/\s+|!important/g, '')

/** A colour on itself, or no colour at all; with `onWhite` also white and nearly white where no background is told. */
export function hasNoContrast(style: string, onWhite: boolean): boolean {
  const colour = /(?:^|;)color:([^;]+)/.exec(style)?.[1]
  if (!colour) return false
  if (/^(transparent|#[\da-f]{3}0|#[\da-f]{6}00|rgba\(\d+,\d+,\d+,0?(\.0+)?\))$/.test(colour)) return true
  const background = backgroundOf(style)
  return background ? colour === background : onWhite && isWhite(colour)
}

const backgroundOf = (style: string): string | undefined => /(?:^|;)background(?:-color)?:([^;]+)/.exec(style)?.[1]
const isWhite = (colour: string) => /^(white|snow|ivory|#fff|#(f[a-f]){3}|rgb\((25[0-5],){2}25[0-5]\))$/.test(colour)

/** Something that white letters may stand on. */
export function hasDarkGround(style: string): boolean {
  const background = backgroundOf(style) ?? /(?:^|;)background-image:([^;]+)/.exec(style)?.[1]
  return background !== undefined && !isWhite(background) && !/^(none|transparent|inherit|initial|unset)$/.test(background)
}
