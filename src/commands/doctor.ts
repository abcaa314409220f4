import { type Command, Option } from 'commander'
import { addClusterChoice } from './cluster-choice.ts'
import type { DoctorOptions } from './doctor/run.ts'

/** Adds `plimsoll doctor`, which checks an installation as a support engineer would. */
export function addDoctorCommand(program: Command): void {
  const doctor = program
    .command('doctor')
    .description('check the installation in the cluster of the kubeconfig, and say what to do about each finding')
    .option('-n, --namespace <name>', 'where Plimsoll is installed, if its registration does not say so', 'plimsoll')
  addClusterChoice(doctor)
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExit code: 0 no findings, 1 findings, 2 the checks could not be run.')
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import('./doctor/run.ts')
      await runDoctor(options)
    })
}
