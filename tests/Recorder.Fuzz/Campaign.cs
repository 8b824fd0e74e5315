using System.Diagnostics;
using SharpFuzz;

namespace Recorder.Fuzz;

/// <summary>The ways to run a target.</summary>
internal static class Campaign
{
    private const int MaxInputBytes = 64 * 1024;

    public static int WriteSeeds(FuzzTarget target, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (seed, number) in target.Seeds().Select((seed, number) => (seed, number)))
            File.WriteAllBytes(Path.Combine(folder, $"seed-{number:D3}"), seed);
        return 0;
    }

    public static int NameLibraries(FuzzTarget target)
    {
        foreach (var name in (string[])["Recorder.Smtp", "Recorder.Archive", "Recorder.Mail", "Recorder.Search", "recorder", .. target.Libraries]) Console.WriteLine(name);
        return 0;
    }

    public static int Fuzz(Func<FuzzTarget> make)
    {
        FuzzTarget? target = null;
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            if (copy.Length <= MaxInputBytes) (target ??= make()).Run(copy.ToArray());
        });
        return 0;
    }

    public static int Replay(FuzzTarget target, IEnumerable<string> paths)
    {
        var failed = 0;
        foreach (var file in paths.SelectMany(path => Directory.Exists(path) ? Directory.GetFiles(path) : [path]))
        {
            if (Path.GetFileName(file) == "README.txt" || Failure(target, File.ReadAllBytes(file)) is not { } failure) continue;
            Console.WriteLine($"{file}\n  {failure}");
            failed++;
        }
        Console.WriteLine($"{failed} failed");
        return failed == 0 ? 0 : 1;
    }

    public static int Mutate(FuzzTarget target, TimeSpan time, int? givenSeed)
    {
        var seed = givenSeed ?? Random.Shared.Next();
        Console.WriteLine($"seed {seed}");
        var mutator = new Mutator(new Random(seed), [.. target.Seeds()]);
        var watch = Stopwatch.StartNew();
        var runs = 0L;
        for (; watch.Elapsed < time; runs++)
        {
            var input = mutator.Next();
            if (Failure(target, input) is not { } failure) continue;
            var file = $"failure-{target.GetType().Name}-{seed}-{runs}";
            File.WriteAllBytes(file, input);
            Console.WriteLine($"{file}\n  {failure}");
            return 1;
        }
        Console.WriteLine($"{runs} runs, none failed");
        return 0;
    }

    private static Exception? Failure(FuzzTarget target, byte[] input)
    {
        try
        {
            target.Run(input);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
