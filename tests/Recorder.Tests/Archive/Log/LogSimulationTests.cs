using System.Text;
using Recorder.Archive;
using Recorder.Tests.Archive.Disk;

namespace Recorder.Tests.Archive.Log;

/// <summary>Random work and honest faults against a model. A failure prints its seed.</summary>
public sealed class LogSimulationTests
{
    private const int Steps = 1000;

    [Theory]
    [InlineData(20260314, false)]
    [InlineData(0, false)]
    [InlineData(20261130, true)]
    public async Task Whatever_fails_what_was_acknowledged_stays_and_nothing_is_invented(int fixedSeed, bool encrypted)
    {
        var seed = fixedSeed != 0 ? fixedSeed : Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var run = new Run(seed, encrypted);
        try
        {
            await run.GoAsync();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed}, step {run.Step}: {e.Message}", e);
        }
    }

    private sealed class Run(int seed, bool encrypted)
    {
        private readonly Random _random = new(seed);
        private readonly FaultyDisk _disk = new(seed);
        private readonly LogModel _model = new();
        private LogBench _bench = null!;
        private int _acknowledged, _refused, _restarts;

        public int Step { get; private set; }

        public async Task GoAsync()
        {
            var options = LogBench.Small with { ActiveFileMaxBytes = 60_000, QueueEntries = 4 };
            _bench = encrypted ? await LogBench.OpenEncryptedAsync(_disk, options: options) : await LogBench.OpenAsync(_disk, options);
            await using var bench = _bench;
            for (Step = 0; Step < Steps; Step++) await StepAsync();
            await RestartAsync(crash: true);
            await _model.CheckAsync(bench, restarted: true, allBodies: true);
            await bench.Log.SealAsync(default);
            await _model.CheckAsync(bench, restarted: false, allBodies: true);
            Assert.Empty(await bench.ProblemsAsync());
            Assert.True(_acknowledged > Steps / 3 && _refused > 10 && _restarts > 10, $"{_acknowledged} acknowledged, {_refused} refused, {_restarts} restarts");
        }

        private async Task StepAsync()
        {
            switch (_random.Next(100))
            {
                case < 55: await AppendAsync(); break;
                case < 70: await Task.WhenAll(Enumerable.Range(0, _random.Next(2, 9)).Select(_ => AppendAsync())); break;
                case < 75: await SealAsync(); break;
                case < 80: _bench.Time.AdjustTime(_bench.Time.GetUtcNow().AddMinutes(_random.Next(-600, 900))); break;
                case < 85: _disk.FailNextSyncs = 1; break;
                case < 88: _disk.Faults = new DiskFaults { FailWrite = 0.1, FailSync = 0.1 }; break;
                case < 91: _disk.Faults = new DiskFaults { CapacityBytes = _disk.UsedBytes + _random.Next(20_000) }; break;
                case < 95: Heal(); break;
                case < 97: _disk.LosePowerAfter(_random.Next(40)); break;
                default: await RestartAsync(crash: _random.Next(3) > 0); break;
            }
            if (_disk.PowerLost) await RestartAsync(crash: true);
        }

        private void Heal()
        {
            _disk.Faults = new DiskFaults();
            _disk.FailNextSyncs = 0;
        }

        private async Task AppendAsync()
        {
            var attempt = _random.Next(4) == 0
                ? _model.Begin(EntryKind.Event, [])
                : _model.Begin(EntryKind.Mail, LogBench.Bytes(Length(), _random.Next(50)));
            var days = _random.Next(3) - 2;
            try
            {
                _model.Acknowledge(attempt, attempt.Kind == EntryKind.Mail
                    ? await _bench.MailAsync(attempt.Bytes, attempt.Name, _bench.Time.GetUtcNow().AddDays(days), $"key {days}")
                    : await _bench.Log.AppendAsync(new NewEvent(Encoding.UTF8.GetBytes(attempt.Name)), default));
                Interlocked.Increment(ref _acknowledged);
            }
            catch (ArchiveException e) when (e.Fault is ArchiveFault.DiskFull or ArchiveFault.WriteFailed)
            {
                Interlocked.Increment(ref _refused);
            }
        }

        private int Length() => _random.Next(10) switch { 0 => 5000 + _random.Next(9000), 1 => 0, _ => _random.Next(3000) };

        private async Task SealAsync()
        {
            try
            {
                await _bench.Log.SealAsync(default);
            }
            catch (Exception e) when (e is ArchiveException or IOException)
            {
                // Whatever was armed struck the sealer; the entries stay where they were.
            }
        }

        private async Task RestartAsync(bool crash)
        {
            _restarts++;
            if (crash || _disk.PowerLost) _disk.LosePowerAfter(0);
            await _bench.CloseAsync();
            if (crash || _disk.PowerLost) _disk.Crash();
            else _disk.Kill();
            Heal();
            if (_random.Next(3) == 0) await OpenUnderFireAsync();
            await _bench.CloseAsync();
            if (_disk.PowerLost) _disk.Crash();
            else _disk.Kill();
            await _bench.OpenAsync();
            await _model.CheckAsync(_bench, restarted: true, allBodies: _restarts % 10 == 0);
            Assert.True(_bench.Log.Status.Recovery.IsClean);
            if (_restarts % 5 == 0) Assert.Equal("", string.Join("; ", await _bench.ProblemsAsync()));
        }

        private async Task OpenUnderFireAsync()
        {
            _disk.LosePowerAfter(_random.Next(60));
            try
            {
                await _bench.OpenAsync();
            }
            catch (Exception e) when (e is ArchiveException or IOException)
            {
                Assert.True(_disk.PowerLost, e.Message);
            }
        }
    }
}
