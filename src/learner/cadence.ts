/** How often a container is decided on, and so for how long each decision is meant. */
export type Cadence = '24h' | '1h'
