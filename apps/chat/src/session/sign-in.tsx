import { Button, ErrorState, Field, LanguageSwitch, Logo, TextInput, ThemeSwitch } from '@gatehouse/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'

export function SignIn({ linkFailed }: { linkFailed: boolean }) {
  const t = useText()
  const queries = useQueryClient()
  const signIn = useMutation({
    mutationFn: (form: FormData) => client.signIn({ user: String(form.get('user')), password: String(form.get('password')) }),
    onSuccess: (me) => queries.setQueryData(['me'], { me }),
  })
  return (
    <div className="flex min-h-full flex-col">
      <header className="flex justify-end gap-1 p-3">
        <LanguageSwitch />
        <ThemeSwitch />
      </header>
      <main className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center px-5 pb-32">
        <Logo className="size-11" />
        <h1 className="mt-6 text-2xl font-semibold tracking-tight">{t('session.title')}</h1>
        <p className="mt-1.5 text-muted">{t('session.text')}</p>
        {linkFailed ? (
          <p role="alert" className="mt-5 flex gap-2.5 rounded-panel bg-warn-soft p-3.5 text-sm">
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
          <Button type="submit" variant="primary" disabled={signIn.isPending} className="mt-1">
            {t('session.submit')}
          </Button>
        </form>
      </main>
    </div>
  )
}
