/** A manifest cannot be changed. The message says why, and what to do. */
export class EditProblem extends Error {
  override readonly name = 'EditProblem'
}
