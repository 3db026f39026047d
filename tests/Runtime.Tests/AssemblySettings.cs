// One test at a time: the machine's cores belong to the kernels under test, not to a second test.
[assembly: DoNotParallelize]
