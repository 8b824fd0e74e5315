using System.Text;

namespace Recorder.Smtp.Client;

/// <summary>AUTH PLAIN (RFC 4616) or, where only that is offered, LOGIN. Runs under TLS or to loopback and nowhere else.</summary>
internal static class Sasl
{
    /// <exception cref="SessionLostException">No safe way, no common mechanism, or refused.</exception>
    public static async Task AuthenticateAsync(
        HopWire wire, HopFeatures features, NextHopEndpoint endpoint, bool isPrivate, NextHopOptions options, Deadline deadline)
    {
        if (endpoint is not { UserName: { } user, Password: { } password }) return;
        if (!isPrivate)
            throw new SessionLostException("the password is sent only under TLS or to loopback: set a TLS mode for the next hop");

        SmtpReply reply;
        if (features.AuthMechanisms.Contains("PLAIN"))
            reply = await wire.AskAsync($"AUTH PLAIN {Encode($"\0{user}\0{password}")}", deadline, options.CommandTimeout).ConfigureAwait(false);
        else if (features.AuthMechanisms.Contains("LOGIN"))
            reply = await LoginAsync(wire, user, password, options, deadline).ConfigureAwait(false);
        else
            throw new SessionLostException("the next hop offers neither AUTH PLAIN nor AUTH LOGIN");

        if (reply.Code != 235) // RFC 4954 §6
            throw new SessionLostException($"the next hop refused the password of {user}: {reply}", reply);
    }

    private static async Task<SmtpReply> LoginAsync(
        HopWire wire, string user, string password, NextHopOptions options, Deadline deadline)
    {
        var reply = await wire.AskAsync("AUTH LOGIN", deadline, options.CommandTimeout).ConfigureAwait(false);
        foreach (string answer in (string[])[user, password])
        {
            if (reply.Code != 334) return reply;
            reply = await wire.AskAsync(Encode(answer), deadline, options.CommandTimeout).ConfigureAwait(false);
        }
        return reply;
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
