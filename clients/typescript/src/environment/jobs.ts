/** What a system that starts jobs says of one, in the environment: a variable that proves it, and those that name the job. */
const systems: Readonly<Record<string, { readonly proof: string; readonly prefix: string; readonly names: string }>> = {
  'GitHub Actions': {
    proof: 'GITHUB_ACTIONS',
    prefix: 'GITHUB_',
    names: 'REPOSITORY REF SHA WORKFLOW JOB RUN_ID RUN_NUMBER RUN_ATTEMPT ACTOR EVENT_NAME',
  },
  'GitLab CI': {
    proof: 'GITLAB_CI',
    prefix: 'CI_',
    names: 'PROJECT_PATH PIPELINE_ID PIPELINE_URL JOB_ID JOB_NAME COMMIT_SHA COMMIT_REF_NAME',
  },
  Slurm: {
    proof: 'SLURM_JOB_ID',
    prefix: 'SLURM_',
    names: 'JOB_ID JOB_NAME ARRAY_JOB_ID ARRAY_TASK_ID JOB_PARTITION JOB_NUM_NODES NTASKS PROCID NODELIST',
  },
  Kubernetes: {
    proof: 'KUBERNETES_SERVICE_HOST',
    prefix: '',
    names: 'KUBERNETES_SERVICE_HOST POD_NAME POD_NAMESPACE NODE_NAME',
  },
};

type Environment = Readonly<Record<string, string | undefined>>;

/** What CI or a scheduler says of the job that this process is: by system, the variables that name it, in lower case. */
export function jobsOf(env: Environment): Record<string, Record<string, string>> {
  const here = Object.entries(systems).filter(([, { proof }]) => env[proof]);
  return Object.fromEntries(
    here.map(([system, { prefix, names }]) => [
      system,
      Object.fromEntries(
        names.split(' ').flatMap((name) => {
          const value = env[prefix + name];
          return value ? [[name.toLowerCase(), value]] : [];
        }),
      ),
    ]),
  );
}
