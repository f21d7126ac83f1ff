/** What a newcomer finds in the tabs: the journeys of a run, ready to be played in turn. */
export const tabs = [
  `# 1. Start a run and a step.
# Press play. Names are unique: to play it again, change "my first run".
mutation Start {
  startRun(input: { name: "my first run", pipeline: "training" }) {
    id
    name
    status
  }
  startStep(input: { run: "my first run", name: "train" }) {
    id
    name
    attempt
  }
}
`,
  `# 2. Log from the step. Values are any JSON; say the type where the JSON does not tell.
mutation Log {
  logMetadata(
    input: {
      target: { step: { run: "my first run", name: "train" } }
      metadata: { accuracy: 0.913, classes: ["setosa", "versicolor", "virginica"] }
      entries: [
        { key: "model", value: "s3://models/iris/1", type: URI }
        { key: "model_size", value: "1.5 MiB", type: STORAGE_SIZE }
      ]
    }
  ) {
    entries {
      id
      qualifiedKey
      type
      display
    }
  }
}
`,
  `# 3. Read the latest, and the history. Play tab 2 again with another accuracy and come back.
query Read {
  pipelineRun(ref: "my first run") {
    name
    accuracy: runMetadata(key: "accuracy") {
      value
      loggedAt
      step {
        name
      }
    }
    metadata {
      qualifiedKey
      type
      display
    }
    metadataHistory(key: "accuracy", first: 10) {
      totalCount
      nodes {
        id
        value
        loggedAt
      }
    }
  }
}
`,
  `# 4. What a dashboard asks: facets, filters on latest values, curves.
query Dashboard {
  runFacets {
    total
    statuses {
      status
      runs
    }
  }
  metadataKeys(qualified: true, first: 10) {
    key
    types
    runs
  }
  pipelineRuns(
    first: 5
    filter: { metadata: { key: "accuracy", gte: 0.5 } }
    orderBy: { metadata: { key: "accuracy", direction: DESC } }
  ) {
    totalCount
    nodes {
      name
      status
      accuracy: runMetadata(key: "accuracy") {
        display
      }
    }
  }
  series(refs: ["my first run"], keys: ["accuracy"]) {
    total
    min
    max
    points {
      value
      loggedAt
    }
  }
}
`,
  `# 5. Follow all that happens. Press play, then play tab 2 again.
subscription Follow {
  changes {
    cursor
    ... on RunChanged {
      run {
        name
        status
      }
    }
    ... on StepChanged {
      step {
        name
        status
      }
    }
    ... on EntryLogged {
      entry {
        qualifiedKey
        display
      }
    }
  }
}
`,
];
