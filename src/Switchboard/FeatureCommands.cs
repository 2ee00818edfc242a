using System.CommandLine;
using Switchboard.Features.Access;
using Switchboard.Features.Backup;
using Switchboard.Features.Calls;
using Switchboard.Features.Deliveries;
using Switchboard.Features.Directories;
using Switchboard.Features.DoNotDisturb;
using Switchboard.Features.Events;
using Switchboard.Features.Extensions;
using Switchboard.Features.Guests;
using Switchboard.Features.Housekeeping;
using Switchboard.Features.Messages;
using Switchboard.Features.Notices;
using Switchboard.Features.Phones;
using Switchboard.Features.RoomBoard;
using Switchboard.Features.Rooms;
using Switchboard.Features.Setup;
using Switchboard.Features.Staff;
using Switchboard.Features.Status;
using Switchboard.Features.Stays;
using Switchboard.Features.Transfers;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Worker;

namespace Switchboard;

/// <summary>The CLI's table of contents: one line a feature.</summary>
internal static class FeatureCommands
{
    public static IReadOnlyList<Command> All() =>
    [
        WakeUpCommands.Create(),
        KnockCommands.Create(),
        StayCommands.Create(),
        GuestCommands.Create(),
        LockCommands.Create(),
        MessageCommands.Create(),
        RoomCommands.Create(RoomBoardCommands.List()),
        ExtensionCommands.Levels(),
        ExtensionCommands.Forwarding(),
        PhoneCommands.Create(),
        NoticeCommands.Create(),
        DirectoryCommands.Create(),
        DeliveryCommands.Create(),
        CallCommands.Create(),
        TransferCommands.Create(),
        TransferCommands.List(),
        AnswerCommands.Create(),
        EventCommands.Create(),
        StaffCommands.Create(),
        StatusCommands.Create(),
        TokenCommands.Create(),
        BackupCommands.Create(),
        SetupCommands.Create(SettingsForOthers.ReadAsync),
        CheckCommands.Create(SettingsForOthers.ReadAsync),
    ];
}
