using System.Globalization;
using Recorder.Fuzz;

// seeds TARGET FOLDER   writes the seeds, and the kept cases, as files
// libraries TARGET      names the assemblies to instrument
// fuzz TARGET           driven by afl-fuzz (see tests/Recorder.Fuzz/run)
// replay TARGET FILE…   runs files, or every file of folders, once each
// mutate TARGET SECONDS [SEED]   without afl-fuzz: plain mutation of the seeds, guided by nothing
if (args.Length < 2 || !FuzzTarget.All.TryGetValue(args[1], out var make))
{
    Console.Error.WriteLine($"usage: seeds|libraries|fuzz|replay|mutate TARGET …; targets: {string.Join(' ', FuzzTarget.All.Keys)}");
    return 2;
}
switch (args[0])
{
    case "seeds": return Campaign.WriteSeeds(make(), args[2]);
    case "libraries": return Campaign.NameLibraries(make());
    case "fuzz": return Campaign.Fuzz(make);
    case "replay": return Campaign.Replay(make(), args[2..]);
    case "mutate": return Campaign.Mutate(make(), TimeSpan.FromSeconds(int.Parse(args[2], CultureInfo.InvariantCulture)), args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : null);
    default: return 2;
}
