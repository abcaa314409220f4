/**
 * Whether a Pod is one of those that get the canary. The same Pod and revision always draw the same.
 *
 * @param name what tells the Pod from others: the name of a StatefulSet's Pod, the uid of the request of another
 */
export function drawsCanary(name: string, revision: number, percent: number): boolean {
  return hash(`${revision}/${name}`) % 100 < percent
}

/** FNV-1a, and the final mix of MurmurHash3 so that names that differ in their last character spread. Source: public domain, A. Appleby. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
