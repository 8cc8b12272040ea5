import { buttonClass, EmptyState } from '@gatehouse/ui'
import { Link } from '@tanstack/react-router'
import { Compass } from 'lucide-react'
import { useText } from '../messages/text.ts'

export function NotFound() {
  const t = useText()
  return (
    <EmptyState
      isPage
      icon={Compass}
      title={t('shell.notFound')}
      action={
        <Link to="/" className={buttonClass()}>
          {t('nav.overview')}
        </Link>
      }
    >
      {t('shell.notFound.text')}
    </EmptyState>
  )
}
