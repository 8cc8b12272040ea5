import { describe, expect, it } from 'vitest'
import { extractHtml } from './html.ts'

const page = (style: string, body: string) => extractHtml(`<html><head><style>${style}</style></head><body>${body}</body></html>`).blocks
const hiddenOf = (style: string, body: string) =>
  page(style, body)
    .filter(({ hidden }) => hidden)
    .map(({ text }) => text)

describe('text that a style sheet keeps from people is marked', () => {
  it.each([
    ['.x { display: none }', '<p>Seen.</p><p class="a x">Secret.</p>'],
    ['#x{visibility:hidden !important}', '<p>Seen.</p><p id="x">Secret.</p>'],
    ['aside, section.x { font-size: 0 }', '<p>Seen.</p><section class="x">Secret.</section>'],
    ['/* a } */ @import "x.css"; .x{position:absolute;left:-9999px}', '<p>Seen.</p><div class="x">Secret.</div>'],
    ['.x{color:#fff}', '<p>Seen.</p><p class="x">Secret.</p>'],
    ['.x{color:#123456;background:#123456}', '<p>Seen.</p><p class="x">Secret.</p>'],
    ['@media screen { div > .x { opacity: 0 } }', '<p>Seen.</p><div><p class="x">Secret.</p></div>'],
    ['@layer base{.x{clip:rect(0,0,0,0)}}', '<p>Seen.</p><p>Also seen.<span class="x">Secret.</span></p>'],
    ['.x{display:none}', '<ul><li>Seen.</li><li class="x">Secret.</li></ul>'],
    ['.x{display:none}', '<table><tr><td>Seen.</td><td class="x">Secret.</td></tr></table>'],
  ])('%s', (style, body) => {
    expect(hiddenOf(style, body)).toEqual(['Secret.'])
    expect(
      page(style, body)
        .filter(({ hidden }) => !hidden)
        .map(({ text }) => text)
        .join(),
    ).not.toContain('Secret')
  })
  it.each([
    [
      'on paper or narrow screens only',
      '@media print{.x{display:none}} @media (max-width:40em){.x{display:none}}',
      '<p class="x">Shown.</p>',
    ],
    ['that a stronger rule shows', '.x{display:none} p.x{display:block}', '<p class="x">Shown.</p>'],
    ['that its own style shows', '.x{display:none}', '<p class="x" style="display:block">Shown.</p>'],
    ['white on a dark page', 'body{background:#111} .x{color:#fff}', '<p class="x">Shown.</p>'],
    ['of a selector that is none', '}{ ..x{display:none} p:hover{display:none} {{{', '<p class="x">Shown.</p>'],
  ])('and not %s', (_, style, body) => {
    expect(hiddenOf(style, body)).toEqual([])
    expect(page(style, body).map(({ text }) => text)).toEqual(['Shown.'])
  })
  it('a weaker rule shows nothing again', () => {
    expect(hiddenOf('p.x{display:none} p{display:block}', '<p class="x">Secret.</p>')).toEqual(['Secret.'])
  })
})
