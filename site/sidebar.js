export const SIDEBAR = [
  { label: 'Guides', autogenerate: { directory: 'guides' } },
  { label: 'Concepts', autogenerate: { directory: 'concepts' } },
]
