using CsCheck;
using NodaTime;
using Switchboard.EventRecord;

namespace Switchboard.Tests.EventRecord;

public class EventEncoderTests
{
    [Fact]
    public void What_is_searched_for_stands_in_columns_and_every_header_in_the_json()
    {
        var row = StoredRow.Of("Event: Newstate\r\nPrivilege: call,all\r\nChannel: PJSIP/1203-0000001a\r\nUniqueid: 1764000000.12\r\nLinkedid: wakeup-1\r\nEmpty: \r\nX-Odd (name): a: b\r\n",
            roomOf: phone => phone is "PJSIP/1203" ? "1203" : null);
        Assert.Equal((SomeEvents.Session.Id, 1, "main", "ami"), (row.SessionId, row.Sequence, row.Pbx, row.Source));
        Assert.Equal(("Newstate", "1764000000.12", "wakeup-1", "PJSIP/1203-0000001a", "1203"), (row.Event, row.UniqueId, row.LinkedId, row.Channel, row.Room));
        Assert.Equal((SomeEvents.Now, SomeEvents.Now), (row.At, row.ReceivedAt));
        Assert.Equal(["Event=Newstate", "Privilege=call,all", "Channel=PJSIP/1203-0000001a", "Uniqueid=1764000000.12", "Linkedid=wakeup-1", "Empty=", "X-Odd (name)=a: b"], row.Headers);
    }

    [Fact]
    public void What_an_event_does_not_tell_is_null()
    {
        var row = StoredRow.Of("Event: Reload\r\nUniqueid: \r\n");
        Assert.Equal((null, null, null, null), (row.UniqueId, row.LinkedId, row.Channel, row.Room));
        Assert.Null(StoredRow.Of("Response: Success\r\n").Event);
    }

    [Theory]
    [InlineData("DestChannel: PJSIP/1203-1\r\nDestUniqueid: 2.1\r\nDestLinkedid: 1.1\r\n")]
    [InlineData("TransfererChannel: PJSIP/1203-1\r\nTransfererUniqueid: 2.1\r\nTransfererLinkedid: 1.1\r\n")]
    [InlineData("OrigTransfererChannel: PJSIP/1203-1\r\nOrigTransfererUniqueid: 2.1\r\nOrigTransfererLinkedid: 1.1\r\n")]
    [InlineData("CHANNEL: PJSIP/1203-1\r\nuniqueid: 2.1\r\nLinkedID: 1.1\r\nDestChannel: PJSIP/7-1\r\nDestUniqueid: 9\r\nDestLinkedid: 9\r\n")]
    public void An_event_of_a_dial_or_a_transfer_is_found_by_its_own_names_for_channel_and_call(string headers)
    {
        var row = StoredRow.Of($"Event: X\r\n{headers}");
        Assert.Equal(("PJSIP/1203-1", "2.1", "1.1"), (row.Channel, row.UniqueId, row.LinkedId));
    }

    [Fact]
    public void A_repeated_header_becomes_an_array_in_its_order_whatever_its_case()
    {
        var row = StoredRow.Of("Event: X\r\nChanVariable: a=1\r\nOther: x\r\nCHANVARIABLE: b=2\r\nchanvariable: a=1\r\n");
        Assert.Equal(["Event=X", "ChanVariable=[a=1, b=2, a=1]", "Other=x"], row.Headers);
    }

    [Fact]
    public void A_repeated_header_with_a_Chinese_name_keeps_all_of_its_values()
    {
        var row = StoredRow.Of("Event: UserEvent\r\n房间: 一\r\n房间: 二\r\n");
        Assert.Equal(["Event=UserEvent", "房间=[一, 二]"], row.Headers);
    }

    [Fact]
    public void Lines_without_a_colon_are_kept_under_an_empty_name()
    {
        Assert.Equal(["Event=X", "=no colon", "A=1"], StoredRow.Of("Event: X\r\nno colon\r\nA: 1\r\n").Headers);
        Assert.Equal(["Event=X", "=[no colon, :odd]"], StoredRow.Of("Event: X\r\nno colon\r\n:odd\r\n").Headers);
    }

    [Fact]
    public void Secrets_are_masked_by_the_name_of_their_header()
    {
        var row = StoredRow.Of("Event: X\r\nSecret: s3cret\r\nAccountPassword: s3cret\r\nSECRET: other\r\nPASSWD: s3cret\r\nX-AuthToken-Y: s3cret\r\nSecre: open\r\n");
        Assert.Equal(["Event=X", "Secret=[***, ***]", "AccountPassword=***", "PASSWD=***", "X-AuthToken-Y=***", "Secre=open"], row.Headers);
    }

    [Theory]
    [InlineData("Variable: SIP_PASSWORD\r\nValue: s3cret\r\n")]
    [InlineData("Value: s3cret\r\nVariable: my_Secret\r\n")]
    [InlineData("ChanVariable: SIP_PASSWORD=s3cret\r\n")]
    [InlineData("ChanVariable: a=1\r\nChanVariable: my_Secret=s3cret\r\nDestChanVariable: my_Secret=s3cret\r\n")]
    public void The_value_of_a_variable_whose_name_tells_a_secret_is_masked(string headers)
    {
        var row = StoredRow.Of($"Event: VarSet\r\n{headers}");
        Assert.DoesNotContain("s3cret", row.Json, StringComparison.Ordinal);
        Assert.Contains("***", row.Json, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_masked_variable_the_name_stays_and_others_are_untouched()
    {
        var row = StoredRow.Of("Event: X\r\nVariable: LANGUAGE\r\nValue: password\r\nChanVariable: a=secret\r\nChanVariable: secret=a\r\n");
        Assert.Equal(["Event=X", "Variable=LANGUAGE", "Value=password", "ChanVariable=[a=secret, secret=***]"], row.Headers);
    }

    [Theory]
    [InlineData("Newstate", "ConnectedLineName")]
    [InlineData("DialBegin", "DestConnectedLineName")]
    [InlineData("BlindTransfer", "TransfererConnectedLineName")]
    [InlineData("AttendedTransfer", "OrigTransfererConnectedLineName")]
    [InlineData("AttendedTransfer", "SecondTransfererCallerIDName")]
    [InlineData("Newchannel", "CallerIDName")]
    [InlineData("CEL", "CallerIDname")]
    public void The_name_of_a_guest_whom_operators_phones_show_is_not_kept(string name, string header)
    {
        var row = StoredRow.Of($"Event: {name}\r\nConnectedLineNum: 2101\r\n{header}: 王小明\r\n");
        Assert.Equal([$"Event={name}", "ConnectedLineNum=2101", $"{header}=***"], row.Headers);
    }

    [Fact]
    public void What_is_masked_is_configurable()
    {
        var row = StoredRow.Of("Event: X\r\nCallerIDName: Li\r\nSecret: s\r\n", new EventRecordOptions { MaskedHeaders = ["ridn"] });
        Assert.Equal(["Event=X", "CallerIDName=***", "Secret=s"], row.Headers);
    }

    [Fact]
    public void Chinese_text_quotes_backslashes_and_control_characters_are_stored_as_they_are()
    {
        var row = StoredRow.Of("Event: X\r\nAppData: 王小明 \"Max\" \\n <0> 😀\u0001\t\r\n");
        Assert.Equal("王小明 \"Max\" \\n <0> 😀\u0001\t", row["AppData"]);
        Assert.Contains("王小明", row.Json, StringComparison.Ordinal);
    }

    [Fact]
    public void NUL_bytes_and_invalid_UTF_8_are_stored_as_the_replacement_character()
    {
        var row = StoredRow.Of([.. "Event: X\r\nUniqueid: 1"u8, 0, .. "\r\nAppData: a"u8, 0xE7, 0x8E, .. "b\r\nGood: 王\r\n"u8]);
        Assert.Equal("1\uFFFD", row.UniqueId);
        Assert.Equal(["Event=X", "Uniqueid=1\uFFFD", "AppData=a\uFFFDb", "Good=王"], row.Headers);
    }

    [Fact]
    public void Headers_whose_names_cannot_be_stored_keep_all_of_their_values()
    {
        var row = StoredRow.Of([.. "Event: X\r\nA"u8, 0, .. ": 1\r\nA"u8, 0, .. ": 2\r\nA"u8, 0xFF, .. ": 3\r\n"u8]);
        Assert.Equal(["Event=X", "A\uFFFD=[1, 2, 3]"], row.Headers);
    }

    [Fact]
    public void An_over_long_Uniqueid_is_cut_in_its_column_and_whole_among_the_headers()
    {
        var longest = new string('u', 5000);
        var row = StoredRow.Of($"Event: X\r\nUniqueid: {longest}\r\n");
        Assert.Equal(longest[..200], row.UniqueId);
        Assert.Equal(longest, row["Uniqueid"]);
    }

    [Fact]
    public void An_over_long_column_is_cut_between_characters()
    {
        var row = StoredRow.Of($"Event: X\r\nUniqueid: x{new string('王', 100)}\r\n");
        Assert.Equal($"x{new string('王', 66)}", row.UniqueId);
    }

    [Fact]
    public void The_time_of_the_PBX_is_the_rows_time_to_the_microsecond()
    {
        var row = StoredRow.Of("Event: X\r\nTimestamp: 1772346599.123456\r\n");
        Assert.Equal(Instant.FromUnixTimeTicks(1772346599_1234560), row.At);
        Assert.Equal(SomeEvents.Now, row.ReceivedAt);
    }

    [Theory]
    [InlineData("1772260199.0")] // 24 h and 1 s ago
    [InlineData("1772433001.0")] // 24 h and 1 s ahead
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("yesterday")]
    [InlineData("1772346599.1x")]
    [InlineData("99999999999999999999999999999999999999")]
    [InlineData("")]
    public void A_time_that_is_none_or_a_day_off_is_not_believed(string timestamp)
    {
        Assert.Equal(SomeEvents.Now, StoredRow.Of($"Event: X\r\nTimestamp: {timestamp}\r\n").At);
    }

    [Theory]
    [InlineData("Channel: PJSIP/1203-0000001a")]
    [InlineData("Channel: PJSIP/9999-1\r\nDestChannel: PJSIP/1203-2")]
    [InlineData("DestChannel: PJSIP/1203-2")]
    [InlineData("Device: PJSIP/1203")]
    [InlineData("Peer: PJSIP/1203")]
    [InlineData("Interface: PJSIP/1203")]
    [InlineData("EndpointName: 1203")]
    [InlineData("AOR: 1203")]
    [InlineData("Device: PJSIP/9999\r\nAOR: 1203")]
    public void The_room_is_found_by_channel_called_channel_device_or_endpoint(string headers)
    {
        Assert.Equal("Room 1203", StoredRow.Of($"Event: X\r\n{headers}\r\n", roomOf: phone => phone is "PJSIP/1203" ? "Room 1203" : null).Room);
    }

    [Theory]
    [InlineData("PJSIP/12-03-0000001a", "PJSIP/12-03")]
    [InlineData("PJSIP/wing-b-1203-0000001a", "PJSIP/wing-b-1203")]
    [InlineData("DAHDI/i1/1203-5", "DAHDI/i1/1203")]
    [InlineData("PJSIP/宾馆-0000001a", "PJSIP/宾馆")]
    public void The_phone_of_a_channel_ends_before_its_last_hyphen(string channel, string phone)
    {
        Assert.Equal("found", StoredRow.Of($"Event: X\r\nChannel: {channel}\r\n", roomOf: asked => asked.SequenceEqual(phone) ? "found" : null).Room);
    }

    [Theory]
    [InlineData("Channel: nohyphen")]
    [InlineData("Channel: -1")]
    [InlineData("Channel: ")]
    [InlineData("EndpointName: ")]
    public void What_is_no_phone_is_not_asked_for(string header)
    {
        Assert.Null(StoredRow.Of($"Event: X\r\n{header}\r\n", roomOf: phone => $"asked for {phone}").Room);
    }

    [Fact]
    public void Names_longer_than_any_phones_are_no_rooms()
    {
        var name = new string('9', 500);
        Assert.Null(StoredRow.Of($"Event: X\r\nChannel: PJSIP/{name}-1\r\nDevice: PJSIP/{name}\r\nAOR: {name}\r\n", roomOf: _ => "any").Room);
    }

    [Fact]
    public void An_event_of_many_headers_is_encoded_whole_and_the_next_one_keeps_nothing_of_it()
    {
        var encoder = new EventEncoder("main", new EventRecordOptions(), _ => null);
        var chunk = new EventChunk(SomeEvents.Session);
        var many = string.Concat(Enumerable.Range(0, 300).Select(i => $"H{i}: {i}\r\n"));
        encoder.Encode(SomeEvents.Message($"Event: Many\r\nChannel: PJSIP/1-1\r\n{many}"), chunk, 1, SomeEvents.Now);
        encoder.Encode(SomeEvents.Message("Event: Few\r\n"), chunk, 2, SomeEvents.Now);
        var rows = StoredRow.Of(chunk);
        Assert.Equal(302, rows[0].Headers.Length);
        Assert.Equal("H299=299", rows[0].Headers[^1]);
        Assert.Equal(["Event=Few"], rows[1].Headers);
        Assert.Null(rows[1].Channel);
    }

    [Fact]
    public void Who_looks_on_sees_the_same_with_the_same_secrets_masked()
    {
        var encoder = new EventEncoder("main", new EventRecordOptions(), _ => "1203");
        var live = encoder.ForPeople(SomeEvents.Message("Event: X\r\nChannel: PJSIP/1203-1\r\nUniqueid: 1.1\r\nSecret: s3cret\r\n"), SomeEvents.Now);
        Assert.Equal(("X", "1.1", null, "PJSIP/1203-1", "1203"), (live.Event, live.UniqueId, live.LinkedId, live.Channel, live.Room));
        Assert.Equal("***", live.Headers["Secret"].ToString());
    }

    [Fact]
    public void A_chunk_knows_the_days_that_its_events_are_of()
    {
        var encoder = new EventEncoder("main", new EventRecordOptions(), _ => null);
        var chunk = new EventChunk(SomeEvents.Session);
        encoder.Encode(SomeEvents.Message("Event: X\r\nTimestamp: 1772346599.5\r\n"), chunk, 7, SomeEvents.Now);
        encoder.Encode(SomeEvents.Message("Event: X\r\nTimestamp: 1772300000.5\r\n"), chunk, 9, SomeEvents.Now + Duration.FromSeconds(1));
        Assert.Equal((2, 7, 9), (chunk.Count, chunk.FirstSequence, chunk.LastSequence));
        Assert.Equal((SomeEvents.Now, SomeEvents.Now + Duration.FromSeconds(1)), (chunk.FirstReceived, chunk.LastReceived));
        Assert.Equal((Instant.FromUnixTimeTicks(1772300000_5000000), Instant.FromUnixTimeTicks(1772346599_5000000)), (chunk.Earliest, chunk.Latest));
    }

    [Fact]
    public void Whatever_bytes_an_event_holds_PostgreSQL_can_store_it()
    {
        Gen.Select(Gen.Byte.Array[0, 60], Gen.Byte.Array[0, 60]).Sample((a, b) =>
        {
            var row = StoredRow.Of([.. "Event: X\r\nUniqueid: "u8, .. a, .. "\r\n"u8, .. b, .. ": 1\r\n"u8]);
            Assert.NotEmpty(row.Headers);
            Assert.Equal(row.Headers.Length, row.Headers.Select(h => h.Split('=')[0]).Distinct(StringComparer.Ordinal).Count());
        });
    }
}
