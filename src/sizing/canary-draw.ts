/**
 * Whether a Pod gets the canary. The result is always the same for the same Pod and revision.
 *
 * @param name what identifies the Pod: its name if it belongs to a StatefulSet, else the uid of the request
 * @param percent share of the Pods that get the canary, 0..100
 */
export function drawsCanary(name: string, revision: number, percent: number): boolean {
  return hash(`${revision}/${name}`) % 100 < percent
}

/**
 * Hashes a text: FNV-1a, then the final mix of MurmurHash3, so that names that differ only in the last character get very different
 * results. Source: public domain, A. Appleby.
 */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
