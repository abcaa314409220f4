import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import {
  bindingResources,
  LinearPrograms,
  type LpSolver,
  type Packed,
  type Problem,
  pack,
} from '../../src/nodes/index.ts'
import { loadSolver } from '../../src/solver/index.ts'
import { gpuNodes, gpusPlaced, isWholeGpu, openbPods, openbProblem, WITHOUT_OPENB } from './openb.ts'

describe('on a production cluster with 1,523 nodes (openb)', { skip: WITHOUT_OPENB ?? false }, () => {
  let solve: LpSolver
  let whole: { readonly problem: Problem; readonly packed: Packed }

  before(async () => {
    solve = await loadSolver()
    const problem = openbProblem(openbPods())
    whole = { problem, packed: pack(new LinearPrograms(problem, solve)) }
  })

  it('needs at most 2 % more nodes for the Pods without GPUs than the bound of 176', () => {
    const { cost, bound, leftOut } = pack(
      new LinearPrograms(openbProblem(openbPods().filter(({ gpus }) => gpus === 0)), solve),
    )
    assert.equal(bound, 176)
    assert.ok(cost <= 176 * 1.02, `${cost} nodes`)
    assert.ok(leftOut.every((count) => count === 0))
  })

  it('places at least 95 % of all GPUs that are asked for, and counts the Pods that fit nowhere', () => {
    const asked = openbPods().reduce((sum, { gpus, gpuMilli }) => sum + gpus * gpuMilli, 0) / 1000
    const placed = gpusPlaced(whole.problem, whole.packed)
    const leftOut = whole.packed.leftOut.reduce((sum, count) => sum + count, 0)
    // No optimum places more than are asked for.
    assert.ok(placed >= 0.95 * asked, `${placed} of ${asked} GPUs`)
    assert.ok(leftOut > 0 && leftOut < 500, `${leftOut} Pods`)
  })

  it('names GPUs as what fills the groups of nodes that have them', () => {
    const withGpus = new Set(whole.problem.kinds.flatMap(({ group, devices }) => (devices > 0 ? [group] : [])))
    const values = bindingResources(new LinearPrograms(whole.problem, solve)).filter(({ group }) => withGpus.has(group))
    assert.ok(values.length > 0)
    const first = new Map(values.toReversed().map(({ group, resource }) => [group, resource]))
    const byGpu = [...first].filter(([, resource]) => resource === 'gpu-milli').length
    assert.ok(byGpu > first.size / 2, JSON.stringify([...first]))
  })

  it('frees at most 2 % of the GPU nodes where CPU requests are halved', () => {
    const halved = openbProblem(openbPods().map((pod) => ({ ...pod, cpuMillicores: Math.ceil(pod.cpuMillicores / 2) })))
    const before = gpuNodes(whole.problem, whole.packed)
    const after = gpuNodes(halved, pack(new LinearPrograms(halved, solve)))
    assert.ok(after >= 0.98 * before, `${before} nodes before, ${after} after`)
  })

  it('frees at least 25 % of the GPU nodes where half of the Pods with whole GPUs go', () => {
    let seen = 0
    const halved = openbProblem(openbPods().filter((pod) => !isWholeGpu(pod) || seen++ % 2 === 0))
    const before = gpuNodes(whole.problem, whole.packed)
    const after = gpuNodes(halved, pack(new LinearPrograms(halved, solve)))
    assert.ok(after <= 0.75 * before, `${before} nodes before, ${after} after`)
  })
})
