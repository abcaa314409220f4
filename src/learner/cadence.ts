/** How often a container is decided on, and therefore for how long each decision applies. */
export type Cadence = '24h' | '1h'
