using System.CommandLine;
using System.Runtime.Versioning;
using Recorder.Benchmarks;

[assembly: SupportedOSPlatform("linux")]

var messages = new Option<int>("--messages") { Description = "Messages a round.", DefaultValueFactory = _ => 10_000 };
var rounds = new Option<int>("--rounds") { Description = "Rounds of each side, taken in turn.", DefaultValueFactory = _ => 3 };
var intake = new Command("intake", "Journal intake of 8 KB messages over 16 connections, one message a connection, against Postfix accepting to its queue.") { messages, rounds };
intake.SetAction((parsed, cancel) => IntakeBenchmark.RunAsync(parsed.GetValue(messages), parsed.GetValue(rounds), cancel));

return await new RootCommand("Side-by-side figures with the peers, on loopback, in one run. Peers come from Debian's packages: postfix.") { intake }
    .Parse(args).InvokeAsync();
