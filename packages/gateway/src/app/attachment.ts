/** A file of somebody else's making: saved, never shown or run under this page's address. */
export function attachment({ name, mediaType, bytes }: { name: string; mediaType: string; bytes: Uint8Array }): Response {
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      'content-type': mediaType,
      'content-length': String(bytes.length),
      'content-disposition': `attachment; filename="${plain(name)}"; filename*=UTF-8''${encoded(name)}`,
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
    },
  })
}

/** For clients that know no other letters. */
const plain = (name: string) => name.replace(/[^\w .()-]/g, '_').slice(-150)
const encoded = (name: string) =>
  encodeURIComponent(name.toWellFormed()).replace(/['()*!]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
