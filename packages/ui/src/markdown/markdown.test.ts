import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { MarkdownText } from './markdown.tsx'
import { addressOf } from './safe-link.tsx'

const citations = [{ n: 1, title: 'Leave policy' }]
const render = (text: string, growing = false) =>
  renderToStaticMarkup(createElement(MarkdownText, { text, citations, onCite: () => {}, growing }))

describe('what a model wrote is untrusted', () => {
  test.each([
    '![a](https://host.example/pixel.png?secret)',
    '![a][b]\n\n[b]: https://host.example/pixel.png',
    '<img src="https://host.example/pixel.png" onerror="alert(1)">',
    '<picture><source srcset="https://host.example/a"></picture>',
  ])('no image comes of %j', (text) => {
    for (const growing of [false, true]) {
      const html = render(text, growing)
      expect(html).not.toMatch(/<(img|picture|source|svg\s+onload)/i)
      expect(html).not.toMatch(/src=|srcset=/i)
    }
  })

  test.each([
    '[click](javascript:alert(1))',
    '[click](JaVaScRiPt:alert(1))',
    '[click](data:text/html,<script>alert(1)</script>)',
    '[click](vbscript:x)',
    '<a href="javascript:alert(1)">x</a>',
    '<script>alert(1)</script>',
    '<iframe src="https://host.example"></iframe>',
    '<style>@import "https://host.example/a.css"</style>',
    '<div style="background:url(https://host.example/a)">x</div>',
  ])('nothing that runs or loads comes of %j', (text) => {
    const html = render(text)
    expect(html).not.toMatch(/<(script|iframe|style|a|form|object|embed|link|div style)[\s>]/i)
    expect(html).not.toMatch(/\shref=|\sstyle=|\son\w+=/i)
  })

  test('a link is a button that shows its host', () => {
    const html = render('see [the portal](https://portal.example/path?q=1)')
    expect(html).toContain('portal.example')
    expect(html).toMatch(/<button[^>]*>the portal/)
    expect(html).not.toContain('href=')
  })

  test('only web and mail addresses can be followed', () => {
    expect(addressOf('https://a.example')?.host).toBe('a.example')
    expect(addressOf('mailto:a@b.example')?.protocol).toBe('mailto:')
    expect(['javascript:alert(1)', '/relative', 'file:///etc/passwd', 'data:text/html,x', undefined].map(addressOf)).toEqual(
      Array.from({ length: 5 }, () => undefined),
    )
  })
})

describe('citations', () => {
  test('[n] of a known source is a named button', () => {
    expect(render('so it is [1].')).toMatch(/<button[^>]*>1<\/button>/)
  })

  test('[n] of an unknown source stays text', () => {
    const html = render('so it is [7].')
    expect(html).toContain('[7]')
    expect(html).not.toContain('<button')
  })

  test('an answer cannot aim a citation at an address of its own', () => {
    const html = render('so it is [1].\n\n[1]: https://host.example/elsewhere')
    expect(html).toMatch(/<button[^>]*>1<\/button>/)
    expect(html).not.toContain('host.example')
  })

  test('citations in lists, tables and bold text are found, in code they are not', () => {
    expect(render('- a [1]\n- **b [1]**\n\n| x |\n|---|\n| [1] |').match(/<button/g)).toHaveLength(3)
    expect(render('`[1]`')).not.toContain('<button')
  })
})

test('tables and lists are drawn', () => {
  const html = render('| Kind | Days |\n|---|---|\n| Leave | 5 |\n\n1. one\n2. two')
  expect(html).toContain('<td>Leave</td>')
  expect(html).toContain('<ol>')
})
