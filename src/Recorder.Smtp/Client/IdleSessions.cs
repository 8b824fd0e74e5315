namespace Recorder.Smtp.Client;

/// <summary>Sessions waiting for work. The newest is taken first, so that the rest can grow old and leave.</summary>
internal sealed class IdleSessions(TimeProvider time, TimeSpan idleTimeout)
{
    private readonly List<(NextHopSession Session, long Since)> _waiting = [];
    private bool _isClosed;

    /// <returns>False where it is not kept, and the session is the caller's to close.</returns>
    public bool TryPut(NextHopSession session)
    {
        lock (_waiting)
        {
            if (_isClosed) return false;
            _waiting.Add((session, time.GetTimestamp()));
            return true;
        }
    }

    /// <returns>The newest session and how long it waited; null where none is young enough.</returns>
    public (NextHopSession Session, TimeSpan Idle)? TryTake()
    {
        lock (_waiting)
        {
            if (_waiting.Count == 0) return null;
            var (session, since) = _waiting[^1];
            var idle = time.GetElapsedTime(since);
            if (idle >= idleTimeout) return null; // all others are older; the sweep closes them
            _waiting.RemoveAt(_waiting.Count - 1);
            return (session, idle);
        }
    }

    public IReadOnlyList<NextHopSession> TakeExpired()
    {
        lock (_waiting)
        {
            int expired = _waiting.TakeWhile(w => time.GetElapsedTime(w.Since) >= idleTimeout).Count();
            return Remove(expired);
        }
    }

    /// <summary>Takes everything, and keeps nothing from now on.</summary>
    public IReadOnlyList<NextHopSession> Close()
    {
        lock (_waiting)
        {
            _isClosed = true;
            return Remove(_waiting.Count);
        }
    }

    private NextHopSession[] Remove(int count)
    {
        NextHopSession[] removed = [.. _waiting.Take(count).Select(w => w.Session)];
        _waiting.RemoveRange(0, count);
        return removed;
    }
}
