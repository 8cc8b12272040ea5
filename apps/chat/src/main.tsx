import { applyTheme, createLanguage, LanguageProvider, Toasts } from '@gatehouse/ui'
import { QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { queries } from './client.ts'
import { SessionGate } from './session/session-gate.tsx'
import './app.css'

applyTheme()
const language = await createLanguage({
  en: async () => (await import('./messages/en.ts')).en,
  zh: async () => (await import('./messages/zh.ts')).zh,
})
const root = document.getElementById('root')
if (!root) throw new Error('the page has no root')
createRoot(root).render(
  <LanguageProvider instance={language}>
    <QueryClientProvider client={queries}>
      <SessionGate language={language} />
      <Toasts at="top" />
    </QueryClientProvider>
  </LanguageProvider>,
)
