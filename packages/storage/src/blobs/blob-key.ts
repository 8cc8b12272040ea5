import { AppError } from '@gatehouse/kernel'

// a file that is being written ends in .tmp
const step = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}(?<!\.tmp)$/
/** With a prefix in front it still fits the 1024 bytes an object store allows. */
const mostCharacters = 800

export const isKey = (key: string): boolean =>
  key.length <= mostCharacters && key.split('/').length <= 20 && key.split('/').every((name) => step.test(name))

/** The steps of a key that every adapter can keep: nothing outside can be named. */
export function stepsOf(key: string): string[] {
  if (!isKey(key))
    throw new AppError(
      'invalid_request',
      `a blob key is letters, digits, dots, dashes and underscores between slashes (no .tmp at the end), ${mostCharacters} characters at most`,
    )
  return key.split('/')
}
