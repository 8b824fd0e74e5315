using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Recorder.Accounts;
using Recorder.Archive;

namespace Recorder.Web.Security;

/// <summary>
/// Proof that this session's view of a message is in the ledger: what the page loads behind itself (the frame, its own
/// refresh while something is pending) is then the same view and not one more.
/// </summary>
internal sealed class ViewTickets(IDataProtectionProvider protection)
{
    public const string QueryName = "view";
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);
    private readonly ITimeLimitedDataProtector protector = protection.CreateProtector("recorder.view").ToTimeLimitedDataProtector();

    public string Issue(Reader reader, RecordId id) => protector.Protect(Content(reader, id), Lifetime);

    public bool Covers(HttpContext http, Reader reader, RecordId id)
    {
        try
        {
            return http.Request.Query[QueryName].ToString() is { Length: > 0 and < 1024 } ticket && protector.Unprotect(ticket) == Content(reader, id);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static string Content(Reader reader, RecordId id) => $"{reader.SessionHash}/{id}";
}
