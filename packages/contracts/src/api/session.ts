import { z } from 'zod'
import { Principal, Role } from '../asker.ts'
import { Name } from '../resources.ts'
import { endpoints, Instant, signedIn } from './endpoint.ts'

/** At least 12 characters; longer sentences are welcome. */
export const Password = z.string().min(12, 'a password has at least 12 characters').max(256)
export const SignIn = z.strictObject({ user: z.string().min(1).max(128), password: z.string().min(1).max(256) })
export const RedeemLink = z.strictObject({ link: z.string().min(1).max(200) })
export const ChangePassword = z.strictObject({
  /** Not asked for while `mustSetPassword`. */
  current: z.string().max(256).optional(),
  password: Password,
})

/** Who is signed in. Every request that changes something carries `csrf` in the header `x-csrf-token`. */
export const Me = z
  .object({
    user: Name,
    title: z.string(),
    email: z.string(),
    language: z.enum(['en', 'zh']),
    roles: z.array(Role),
    principals: z.array(Principal),
    csrf: z.string(),
    /** True after a set-up link: nothing but setting a password is allowed. */
    mustSetPassword: z.boolean(),
    expiresAt: Instant,
  })
  .meta({ id: 'Me' })
export type Me = z.infer<typeof Me>

export const sessionEndpoints = endpoints({
  signIn: { method: 'POST', path: '/session', access: 'public', summary: 'Sign in with a password', body: SignIn, response: Me },
  redeemLink: {
    method: 'POST',
    path: '/session/redeem',
    access: 'public',
    summary: 'Exchange a one-time link for a session',
    body: RedeemLink,
    response: Me,
  },
  signOut: { method: 'DELETE', path: '/session', access: signedIn, summary: 'Sign out' },
  me: { method: 'GET', path: '/me', access: signedIn, summary: 'Who is signed in', response: Me },
  setPassword: {
    method: 'POST',
    path: '/me/password',
    access: signedIn,
    summary: 'Set or change the own password',
    body: ChangePassword,
    response: Me,
  },
})
