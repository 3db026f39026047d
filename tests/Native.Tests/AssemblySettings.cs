// One test of a project at a time: many use all of the machine's cores, and some hold it to a time.
[assembly: DoNotParallelize]
