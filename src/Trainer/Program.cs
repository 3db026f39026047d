using SoftPool.Trainer.Commands;

return await CommandLine.RunAsync(args);
