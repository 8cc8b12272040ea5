// Ends with 0 when this server answers 200 at a path: `node healthcheck.mjs /readyz`. Plain JavaScript: it runs every few seconds.
import { request } from 'node:http'
import { request as secureRequest } from 'node:https'

const path = process.argv[2] ?? '/livez'
const port = process.env.PORT || '8080'

/** This machine alone is asked, so whose name stands in the certificate does not matter. */
const ask = (send) =>
  new Promise((resolve) => {
    const question = send({ host: '127.0.0.1', port, path, timeout: 4000, rejectUnauthorized: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    question.on('timeout', () => question.destroy())
    question.on('error', () => resolve(false))
    question.end()
  })

process.exitCode = (await ask(request)) || (await ask(secureRequest)) ? 0 : 1
