import { ADMISSION } from '../growth/admission.ts'
import { ELSEWHERE } from '../growth/elsewhere.ts'
import { growthOf } from '../growth/measure.ts'
import type { Suite } from '../suite.ts'

/** Work that grows faster than its input would let one object of one namespace, or one file, take all the time there is. */
export const suite: Suite = {
  about: 'CPU time for twice as much of everything that people, clusters and Prometheus servers give',
  async run(tell) {
    const figures = [...ADMISSION, ...ELSEWHERE].map((one) => {
      tell(`${one.what}, ${one.n.toLocaleString('en')} and twice as many`)
      return { name: one.what, value: growthOf(one) }
    })
    return { figures, notes: [] }
  },
}
