using System.Threading.RateLimiting;
using Recorder.Accounts;
using Recorder.Ledger;

namespace Recorder.Web.Security;

/// <summary>
/// How much one account may ask at once: a search or a large message costs memory while it is worked on, and nobody may
/// take all of it. More waits; much more is answered 429. What comes without a session has limits of its own.
/// </summary>
internal static class FairShare
{
    /// <summary>Above what browsers open to one host (6 connections), with room for a second window.</summary>
    public const int AtOnce = 16;

    public const int Waiting = 32;

    public static void AddFairShare(this IServiceCollection services) => services.AddRateLimiter(limits =>
    {
        limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => http.Features.Get<Reader>() is { } reader
            ? RateLimitPartition.GetConcurrencyLimiter(reader.Account.Address, _ => new ConcurrencyLimiterOptions { PermitLimit = AtOnce, QueueLimit = Waiting })
            : RateLimitPartition.GetNoLimiter(""));
    });
}
