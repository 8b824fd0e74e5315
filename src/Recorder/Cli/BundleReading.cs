using System.Security.Cryptography;
using System.Text.Json;
using Recorder.Control;
using Recorder.Evidence.Bundle;

namespace Recorder.Cli;

/// <summary>Checks an evidence bundle from its bytes alone and says what it proves.</summary>
internal static class BundleReading
{
    public static int Check(string path, string? keyFile, bool asJson)
    {
        using var file = Open(path);
        var report = BundleCheck.Run(file, keyFile is null ? null : ReadKey(keyFile));
        if (asJson) Console.WriteLine(JsonSerializer.Serialize(report, ControlDoor.Json));
        else Print(report, keyFile is null);
        return report.Holds ? ExitCodes.Done : ExitCodes.Findings;
    }

    private static FileStream Open(string path)
    {
        try { return File.OpenRead(path); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { throw new ControlException(ExitCodes.BadInput, error.Message); }
    }

    private static byte[] ReadKey(string path)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(File.ReadAllText(path));
            return key.ExportSubjectPublicKeyInfo();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException or NotSupportedException)
        {
            throw new ControlException(ExitCodes.BadInput, $"{path} is no public key in PEM: {error.Message}");
        }
    }

    private static void Print(BundleReport report, bool keyIsOpen)
    {
        foreach (var problem in report.Problems) Console.WriteLine($"BAD {problem}");
        if (!report.Holds)
        {
            Console.WriteLine("This bundle proves nothing.");
            return;
        }

        Console.WriteLine($"record   {report.RecordId}, received {report.ReceivedAt:u}");
        Console.WriteLine($"message  SHA-256 {report.Sha256}");
        Console.WriteLine($"head     {report.Head}, signed {report.SignedAt:u}");
        Console.WriteLine($"key      {report.KeyId}{(keyIsOpen ? " (compare it with the one that was published, or give it with --key)" : "")}");
        if (report.StampedAt is { } at) Console.WriteLine($"time     {at:u} by {report.StampedBy} (its certificate is for you to trust)");
        Console.WriteLine("Everything in it holds.");
    }
}
