import { Button, ErrorState, Field, TextInput } from '@gatehouse/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { Door } from './door.tsx'

export function SignIn({ linkFailed }: { linkFailed: boolean }) {
  const t = useText()
  const queries = useQueryClient()
  const signIn = useMutation({
    mutationFn: (form: FormData) => client.signIn({ body: { user: String(form.get('user')), password: String(form.get('password')) } }),
    onSuccess: (me) => queries.setQueryData(['me'], { me }),
  })
  return (
    <Door title={t('session.title')} text={t('session.text')}>
      {linkFailed ? (
        <p role="alert" className="mt-5 flex gap-2.5 rounded-panel bg-warn-soft p-3.5">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
          {t('session.link.failed')}
        </p>
      ) : null}
      <form action={(form) => signIn.mutate(form)} className="mt-6 flex flex-col gap-4">
        <Field label={t('session.user')}>
          {(described) => (
            <TextInput
              {...described}
              name="user"
              // the form is emptied when it was sent; a wrong password costs the password only
              defaultValue={String(signIn.variables?.get('user') ?? '')}
              autoComplete="username"
              autoCapitalize="none"
              required
            />
          )}
        </Field>
        <Field label={t('session.password')}>
          {(described) => <TextInput {...described} name="password" type="password" autoComplete="current-password" required />}
        </Field>
        {signIn.isError ? <ErrorState compact error={signIn.error} /> : null}
        <Button type="submit" variant="primary" disabled={signIn.isPending}>
          {t('session.submit')}
        </Button>
      </form>
    </Door>
  )
}
