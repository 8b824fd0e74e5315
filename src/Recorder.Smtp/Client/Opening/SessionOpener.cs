namespace Recorder.Smtp.Client;

/// <summary>Brings a connection to where mail can be sent: greeting, EHLO or LHLO, STARTTLS, AUTH.</summary>
internal sealed class SessionOpener(NextHopEndpoint endpoint, NextHopOptions options, HopConnector connector)
{
    /// <exception cref="SessionLostException">The next hop is not ready; the message says why.</exception>
    public async Task<NextHopSession> OpenAsync(Deadline deadline)
    {
        try
        {
            using var own = deadline.Fork();
            return await OpenAsync(own, startTls: endpoint.Tls is TlsMode.Opportunistic or TlsMode.Required).ConfigureAwait(false);
        }
        catch (TlsFailedException) when (endpoint.Tls == TlsMode.Opportunistic)
        {
            // Without a checked certificate TLS keeps off listeners only: better plain than no mail (RFC 7435 §3).
            using var own = deadline.Fork();
            return await OpenAsync(own, startTls: false).ConfigureAwait(false);
        }
    }

    private async Task<NextHopSession> OpenAsync(Deadline deadline, bool startTls)
    {
        var connection = await connector.ConnectAsync(deadline).ConfigureAwait(false);
        var wire = new HopWire(connection.Stream);
        try
        {
            if (endpoint.Tls == TlsMode.Implicit) await ProtectAsync(wire, deadline).ConfigureAwait(false);
            await AwaitGreetingAsync(wire, deadline).ConfigureAwait(false);
            var features = await SayHelloAsync(wire, deadline).ConfigureAwait(false);
            bool isProtected = endpoint.Tls == TlsMode.Implicit;
            if (startTls && await StartTlsAsync(wire, features, deadline).ConfigureAwait(false))
            {
                // What was announced in plain text is void (RFC 3207 §4.2).
                features = await SayHelloAsync(wire, deadline).ConfigureAwait(false);
                isProtected = true;
            }
            await Sasl.AuthenticateAsync(wire, features, endpoint, isProtected || connection.IsLoopback, options, deadline).ConfigureAwait(false);
            return new NextHopSession(wire, features, endpoint.Protocol, options);
        }
        catch
        {
            wire.Close();
            throw;
        }
    }

    private async Task AwaitGreetingAsync(HopWire wire, Deadline deadline)
    {
        var greeting = await wire.ReadAsync(deadline, options.GreetingTimeout).ConfigureAwait(false);
        if (greeting.Code != 220)
            throw new SessionLostException($"the next hop greeted with {greeting}", greeting);
    }

    private async Task<HopFeatures> SayHelloAsync(HopWire wire, Deadline deadline)
    {
        string verb = endpoint.Protocol == SmtpProtocol.Lmtp ? "LHLO" : "EHLO"; // RFC 2033 §4.1
        var reply = await wire.AskAsync($"{verb} {options.OurHostname}", deadline, options.CommandTimeout).ConfigureAwait(false);
        if (reply.Code == 250) return CapabilityParser.Parse(reply.Text);

        // A server older than ESMTP knows only HELO (RFC 5321 §3.2); LMTP has no such elders.
        if (reply.IsPermanent && endpoint.Protocol == SmtpProtocol.Smtp)
        {
            reply = await wire.AskAsync($"HELO {options.OurHostname}", deadline, options.CommandTimeout).ConfigureAwait(false);
            if (reply.Code == 250) return HopFeatures.None;
        }
        throw new SessionLostException($"the next hop answered our {verb} with {reply}", reply);
    }

    /// <returns>False where an opportunistic session goes on in plain text.</returns>
    private async Task<bool> StartTlsAsync(HopWire wire, HopFeatures features, Deadline deadline)
    {
        bool required = endpoint.Tls == TlsMode.Required;
        if (!features.StartTls)
            return required ? throw new SessionLostException("the next hop does not offer STARTTLS, which its setting requires") : false;

        var reply = await wire.AskAsync("STARTTLS", deadline, options.CommandTimeout).ConfigureAwait(false);
        if (reply.Code != 220)
            return required || reply.Code == 421 ? throw new SessionLostException($"the next hop answered STARTTLS with {reply}", reply) : false;

        await ProtectAsync(wire, deadline).ConfigureAwait(false);
        return true;
    }

    private async Task ProtectAsync(HopWire wire, Deadline deadline)
    {
        bool check = endpoint.Tls != TlsMode.Opportunistic;
        wire.ContinueOn(await TlsUpgrade.HandshakeAsync(wire.Stream, endpoint.Host, check, options, deadline).ConfigureAwait(false));
    }
}
