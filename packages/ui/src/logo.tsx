/** The gate: an arch with an opening, drawn here so that nothing is fetched. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={className}>
      <rect width="24" height="24" rx="6" fill="var(--color-accent-solid)" />
      <path d="M6 19v-7a6 6 0 0 1 12 0v7" fill="none" stroke="var(--color-on-accent)" strokeWidth="2" strokeLinecap="round" />
      <path
        d="M12 11.5V19M9.2 19v-5.6M14.8 19v-5.6"
        stroke="var(--color-on-accent)"
        strokeWidth="1.4"
        strokeLinecap="round"
        opacity="0.75"
      />
    </svg>
  )
}
