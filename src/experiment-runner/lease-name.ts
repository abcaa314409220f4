/** Name of the Lease by which one experiment runs in a namespace at a time. */
export const LEASE = 'plimsoll-experiment'
