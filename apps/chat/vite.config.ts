import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  base: '/chat/',
  plugins: [react(), tailwindcss()],
  build: {
    // browsers that know light-dark() and popover
    target: ['chrome123', 'edge123', 'firefox125', 'safari17.5'],
    // nothing becomes a data: address that a policy would have to allow
    assetsInlineLimit: 0,
    rolldownOptions: {
      treeshake: {
        // of these packages only what is used comes along: the chat needs no schema
        moduleSideEffects: (id) => !/packages\/(contracts|sdk)\//.test(id),
      },
    },
  },
})
