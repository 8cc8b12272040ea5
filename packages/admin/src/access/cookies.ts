import type { Session } from '@gatehouse/kernel'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'

const nameOf = (secure: boolean) => (secure ? '__Host-gatehouse_console' : 'gatehouse_console')

/** The session's token: a bearer token (programs), else the cookie (browsers). Only a cookie can be sent by somebody else's page. */
export function readToken(context: Context, secure: boolean): { token: string; ambient: boolean } | undefined {
  const bearer = /^Bearer ([\w-]{1,100})$/i.exec(context.req.header('authorization') ?? '')?.[1]
  if (bearer) return { token: bearer, ambient: false }
  const token = getCookie(context, nameOf(secure))
  return token ? { token, ambient: true } : undefined
}

export function writeSession(
  context: Context,
  secure: boolean,
  now: number,
  opened: { token: string; session: Session } | undefined,
): void {
  const options = { path: '/', httpOnly: true, secure, sameSite: 'Strict' } as const
  if (opened)
    setCookie(context, nameOf(secure), opened.token, {
      ...options,
      maxAge: Math.max(0, Math.floor((opened.session.expiresAt - now) / 1000)),
    })
  else deleteCookie(context, nameOf(secure), options)
}
