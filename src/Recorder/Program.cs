using Recorder.Cli;

return await CommandLine.RunAsync(args);
