namespace Recorder.Tests.Smtp.Server;

internal static class ServerScripts
{
    public static IReadOnlyDictionary<string, string> Smtp { get; } = new Dictionary<string, string>
    {
        ["a plain message"] = """
            S: 220 mx.test ESMTP
            C: EHLO client.test
            S: 250-mx.test
            S: 250-PIPELINING
            S: 250-SIZE 5000
            S: 250-ENHANCEDSTATUSCODES
            S: 250-8BITMIME
            S: 250-SMTPUTF8
            S: 250-DSN
            S: 250-CHUNKING
            S: 250 XFORWARD NAME ADDR PROTO HELO PORT IDENT SOURCE
            C: MAIL FROM:<a@a.test>
            S: 250 2.1.0
            C: RCPT TO:<b@b.test>
            S: 250 2.1.5
            C: DATA
            S: 354 Send
            C: Subject: x
            C:
            C: ..dot
            C: .
            S: 250 2.0.0 20 recorded
            C: mail from: <>
            S: 250 2.1.0
            C: rcpt to: <b@b.test>
            S: 250 2.1.5
            C: data
            S: 354
            C: .
            S: 250 2.0.0 0 recorded
            C: QUIT
            S: 221 2.0.0
            """,
        ["HELO knows no extensions"] = """
            S: 220
            C: HELO client.test
            S: 250 mx.test
            C: MAIL FROM:<a@a.test> SIZE=10
            S: 555 5.5.4
            C: MAIL FROM:<a@a.test>
            S: 250 2.1.0
            C: RCPT TO:<b@b.test> NOTIFY=NEVER
            S: 555 5.5.4
            C: RCPT TO:<b@b.test>
            S: 250 2.1.5
            C: BDAT 2 LAST
            C- x\n
            S: 502 5.5.1
            C: DATA
            S: 354
            C: x
            C: .
            S: 250 2.0.0 3
            C: QUIT
            S: 221
            """,
        ["verbs out of order"] = """
            S: 220
            C: MAIL FROM:<a@a.test>
            S: 503 5.5.1
            C: LHLO client.test
            S: 500 5.5.1
            C: EHLO
            S: 501 5.5.4
            C: EHLO two words
            S: 501 5.5.4
            C: HELO client.test
            S: 250 mx.test
            C: RCPT TO:<b@b.test>
            S: 503 5.5.1
            C: DATA
            S: 503 5.5.1
            C: MAIL FROM:<a@a.test>
            S: 250
            C: MAIL FROM:<a@a.test>
            S: 503 5.5.1
            C: DATA
            S: 554 5.5.1
            C: RSET
            S: 250 2.0.0
            C: RCPT TO:<b@b.test>
            S: 503 5.5.1
            C: DATA now
            S: 501 5.5.4
            C: RSET now
            S: 501 5.5.4
            C: QUIT
            S: 221
            """,
        ["small verbs"] = """
            S: 220
            C: NOOP whatever
            S: 250 2.0.0
            C: VRFY someone
            S: 252 2.0.0
            C: VRFY
            S: 501 5.5.4
            C: EXPN list
            S: 502 5.5.1
            C: HELP
            S: 214 2.0.0
            C: AUTH PLAIN
            S: 502 5.5.1
            C: STARTTLS
            S: 502 5.5.1
            C: GET / HTTP/1.1
            S: 500 5.5.2
            C:
            S: 500 5.5.2
            C: noop  
            S: 250 2.0.0
            C: quit
            S: 221 2.0.0
            """,
        ["parameters of MAIL"] = """
            S: 220
            C: HELO client.test
            S: 250 mx.test
            C- EHLO client.test\r\n
            S: 250-mx.test
            S: 250-PIPELINING
            S: 250-SIZE
            S: 250-ENHANCEDSTATUSCODES
            S: 250-8BITMIME
            S: 250-SMTPUTF8
            S: 250-DSN
            S: 250-CHUNKING
            S: 250 XFORWARD
            C: MAIL FROM:<a@a.test> SIZE=5001
            S: 552 5.3.4
            C: MAIL FROM:<a@a.test> SIZE=99999999999999999999
            S: 552 5.3.4
            C: MAIL FROM:<a@a.test> SIZE=-1
            S: 501 5.5.4
            C: MAIL FROM:<a@a.test> BODY=BINARYMIME
            S: 555 5.5.4 BODY=BINARYMIME
            C: MAIL FROM:<a@a.test> BODY=9BIT
            S: 501 5.5.4
            C: MAIL FROM:<a@a.test> RET=SOME
            S: 501 5.5.4
            C: MAIL FROM:<a@a.test> ENVID=a=b
            S: 501 5.5.4
            C: MAIL FROM:<a@a.test> ENVID=\101*x
            S: 501 5.5.4
            C: MAIL FROM:<a@a.test> SMTPUTF8=1
            S: 501 5.5.4
            C: MAIL FROM:<a@a.test> SIZE=1 SIZE=1
            S: 501 5.5.4
            C: MAIL FROM:<a@a.test> AUTH=<>
            S: 555 5.5.4
            C: MAIL FROM:<a@a.test>  size=5000 body=8bitmime ret=HDRS envid=x+2By SMTPUTF8
            S: 250 2.1.0
            C: QUIT
            S: 221
            """,
        ["parameters of RCPT, and the limit"] = """
            S: 220
            C: EHLO client.test
            S: 250-mx.test
            S: 250-PIPELINING
            S: 250-SIZE
            S: 250-ENHANCEDSTATUSCODES
            S: 250-8BITMIME
            S: 250-SMTPUTF8
            S: 250-DSN
            S: 250-CHUNKING
            S: 250 XFORWARD
            C: MAIL FROM:<a@a.test>
            S: 250
            C: RCPT TO:<b@b.test> NOTIFY=NEVER,FAILURE
            S: 501 5.5.4
            C: RCPT TO:<b@b.test> NOTIFY=SUCCESS,SUCCESS
            S: 501 5.5.4
            C: RCPT TO:<b@b.test> ORCPT=b@b.test
            S: 501 5.5.4
            C: RCPT TO:<b@b.test> ORCPT=rfc822;b+zz
            S: 501 5.5.4
            C: RCPT TO:<b@b.test> SIZE=1
            S: 555 5.5.4
            C: RCPT TO:<unknown@b.test>
            S: 550 5.1.1 no such user
            C: RCPT TO:<later@b.test>
            S: 451 4.3.0 later
            C: RCPT TO:<b@b.test> NOTIFY=success,DELAY ORCPT=rfc822;b+40b.test
            S: 250 2.1.5
            C: RCPT TO:<c@b.test> NOTIFY=NEVER
            S: 250 2.1.5
            C: RCPT TO:<c@b.test>
            S: 250 2.1.5
            C: RCPT TO:<d@b.test>
            S: 452 4.5.3
            C: DATA
            S: 354
            C: .
            S: 250
            C: QUIT
            S: 221
            """,
        ["lines that are no commands"] = """
            S: 220
            C- NOOP\n
            S: 500 5.5.2 End
            C- NOOP\rNOOP\r\n
            S: 500 5.5.2 Commands
            C: NOOP \0
            S: 500 5.5.2 Commands
            C: NOOP \xff\xfe
            S: 500 5.5.2 Commands
            C: NOOP \2048*x
            S: 500 5.5.2 Command line too long
            C: NOOP \9000*x
            S: 500 5.5.2 Command line too long
            C- \3000*y\n
            S: 500 5.5.2
            C: NOOP \2041*x
            S: 250 2.0.0
            C: EHLO bücher.test
            S: 501 5.5.4
            C: NOOP
            S: 250
            """,
        ["too many errors"] = """
            S: 220
            C: X1
            S: 500
            C: X2
            S: 500
            C: X3
            S: 500
            C: X4
            S: 500
            C: X5
            S: 500
            C: X6
            S: 500
            C: X7
            S: 500
            C: X8
            S: 500
            C: X9
            S: 500
            C: XA
            S: 500
            C: XB
            S: 500
            C: XC
            S: 500
            S: 421 4.7.0
            """,
        ["a refused sender, then another"] = """
            S: 220
            C: EHLO [127.0.0.1]
            S: 250-mx.test
            S: 250-PIPELINING
            S: 250-SIZE
            S: 250-ENHANCEDSTATUSCODES
            S: 250-8BITMIME
            S: 250-SMTPUTF8
            S: 250-DSN
            S: 250-CHUNKING
            S: 250 XFORWARD
            C: MAIL FROM:<refused@a.test>
            S: 550 5.7.1 not you
            C: RCPT TO:<b@b.test>
            S: 503 5.5.1
            C: MAIL FROM:<jörg@a.test>
            S: 553 5.6.7
            C: MAIL FROM:<jörg@a.test> SMTPUTF8
            S: 250
            C: RCPT TO:<用户@例子.test>
            S: 250
            C: RSET
            S: 250
            C: MAIL FROM:<a@a.test>
            S: 250
            C: RCPT TO:<用户@例子.test>
            S: 553 5.6.7
            C: RCPT TO:<b@b.test> ORCPT=utf-8;用户@例子.test
            S: 501 5.5.4
            C: RCPT TO:<>
            S: 501 5.1.3
            C: RCPT TO:<Postmaster>
            S: 250
            C: QUIT
            S: 221
            """,
        ["chunks"] = """
            S: 220
            C: EHLO client.test
            S: 250-mx.test
            S: 250-PIPELINING
            S: 250-SIZE
            S: 250-ENHANCEDSTATUSCODES
            S: 250-8BITMIME
            S: 250-SMTPUTF8
            S: 250-DSN
            S: 250-CHUNKING
            S: 250 XFORWARD
            C: BDAT 6 LAST
            C- QUIT\r\n
            S: 503 5.5.1
            C: MAIL FROM:<a@a.test>
            S: 250
            C: BDAT 6
            C- QUIT\r\n
            S: 554 5.5.1
            C: RCPT TO:<b@b.test>
            S: 250
            C: BDAT 6 MORE
            C- QUIT\r\n
            S: 501 5.5.4
            C: BDAT 6
            C- QUIT\r\n
            S: 250 2.0.0 6
            C: RCPT TO:<c@b.test>
            S: 503 5.5.1
            C: DATA
            S: 503 5.5.1
            C: MAIL FROM:<a@a.test>
            S: 503 5.5.1
            C: BDAT 5
            C- \r\n.\r\n
            S: 250 2.0.0 5
            C: bdat 0 last
            S: 250 2.0.0 11 recorded
            C: BDAT 3 LAST
            C- abc
            S: 503 5.5.1
            C: MAIL FROM:<a@a.test>
            S: 250
            C: RCPT TO:<b@b.test>
            S: 250
            C: BDAT 3
            C- abc
            S: 250 2.0.0 3
            C: RSET
            S: 250 2.0.0
            C: QUIT
            S: 221
            """,
        ["a chunk too many"] = """
            S: 220
            C: EHLO client.test
            S: 250-mx.test
            S: 250-PIPELINING
            S: 250-SIZE
            S: 250-ENHANCEDSTATUSCODES
            S: 250-8BITMIME
            S: 250-SMTPUTF8
            S: 250-DSN
            S: 250-CHUNKING
            S: 250 XFORWARD
            C: MAIL FROM:<a@a.test>
            S: 250
            C: RCPT TO:<b@b.test>
            S: 250
            C: BDAT 5000
            C- \5000*x
            S: 250 2.0.0
            C: BDAT 7
            C- QUIT\r\n.
            S: 552 5.3.4
            C: BDAT 6 LAST
            C- QUIT\r\n
            S: 503 5.5.1
            C: MAIL FROM:<a@a.test>
            S: 250
            C: QUIT
            S: 221
            """,
        ["a chunk of unknown size ends the session"] = """
            S: 220
            C: EHLO client.test
            S: 250-mx.test
            S: 250-PIPELINING
            S: 250-SIZE
            S: 250-ENHANCEDSTATUSCODES
            S: 250-8BITMIME
            S: 250-SMTPUTF8
            S: 250-DSN
            S: 250-CHUNKING
            S: 250 XFORWARD
            C: BDAT 99999999999999999999
            S: 501 5.5.4
            """,
        ["a bare LF in the message"] = """
            S: 220
            C: HELO client.test
            S: 250 mx.test
            C: MAIL FROM:<a@a.test>
            S: 250
            C: RCPT TO:<b@b.test>
            S: 250
            C: DATA
            S: 354
            C- Subject: x\n.\nMAIL FROM:<evil@a.test>\n.\r\nRCPT TO:<b@b.test>\r\n
            C: .
            S: 550 5.6.0
            C: RCPT TO:<b@b.test>
            S: 503
            C: QUIT
            S: 221
            """,
        ["XFORWARD"] = """
            S: 220
            C: EHLO client.test
            S: 250-mx.test
            S: 250-PIPELINING
            S: 250-SIZE
            S: 250-ENHANCEDSTATUSCODES
            S: 250-8BITMIME
            S: 250-SMTPUTF8
            S: 250-DSN
            S: 250-CHUNKING
            S: 250 XFORWARD
            C: XFORWARD
            S: 501 5.5.4
            C: XFORWARD COLOUR=blue
            S: 501 5.5.4
            C: XFORWARD NAME=+zz
            S: 501 5.5.4
            C: XFORWARD NAME=out.test ADDR=192.0.2.1 PORT=1234
            S: 250 2.0.0
            C: xforward proto=ESMTP helo=[UNAVAILABLE]
            S: 250 2.0.0
            C: MAIL FROM:<a@a.test>
            S: 250
            C: XFORWARD NAME=late.test
            S: 503 5.5.1
            C: QUIT
            S: 221
            """,
    };

    public static IReadOnlyDictionary<string, string> Lmtp { get; } = new Dictionary<string, string>
    {
        ["a reply for each recipient"] = """
            S: 220 mx.test LMTP
            C: EHLO client.test
            S: 500 5.5.1
            C: HELO client.test
            S: 500 5.5.1
            C: LHLO client.test
            S: 250-mx.test
            S: 250-PIPELINING
            S: 250-SIZE
            S: 250-ENHANCEDSTATUSCODES
            S: 250-8BITMIME
            S: 250-SMTPUTF8
            S: 250-DSN
            S: 250-CHUNKING
            S: 250 XFORWARD
            C: MAIL FROM:<>
            S: 250
            C: DATA
            S: 503 5.5.1
            C: RCPT TO:<b@b.test>
            S: 250
            C: RCPT TO:<unknown@b.test>
            S: 550 5.1.1
            C: RCPT TO:<c@b.test>
            S: 250
            C: DATA
            S: 354
            C: x
            C: .
            S: 250 2.0.0 b@b.test recorded
            S: 250 2.0.0 c@b.test recorded
            C: MAIL FROM:<>
            S: 250
            C: RCPT TO:<b@b.test>
            S: 250
            C: RCPT TO:<b@b.test>
            S: 250
            C: BDAT 3
            C- abc
            S: 250 2.0.0 3
            C: BDAT 2 LAST
            C- \r\n
            S: 250 2.0.0 b@b.test
            S: 250 2.0.0 b@b.test
            C: QUIT
            S: 221
            """,
        ["a refused message is refused for each recipient"] = """
            S: 220
            C: LHLO client.test
            S: 250-mx.test
            S: 250-PIPELINING
            S: 250-SIZE
            S: 250-ENHANCEDSTATUSCODES
            S: 250-8BITMIME
            S: 250-SMTPUTF8
            S: 250-DSN
            S: 250-CHUNKING
            S: 250 XFORWARD
            C: MAIL FROM:<>
            S: 250
            C: RCPT TO:<b@b.test>
            S: 250
            C: RCPT TO:<c@b.test>
            S: 250
            C: DATA
            S: 354
            C- x\n
            C:
            C: .
            S: 550 5.6.0
            S: 550 5.6.0
            C: MAIL FROM:<>
            S: 250
            C: RCPT TO:<b@b.test>
            S: 250
            C: RCPT TO:<c@b.test>
            S: 250
            C: BDAT 2 LAST
            C- x\n
            S: 550 5.6.0
            S: 550 5.6.0
            C: QUIT
            S: 221
            """,
    };
}
