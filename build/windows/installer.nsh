; What Snug adds to electron-builder's NSIS installer: its rule in the Windows firewall.
;
; Without a rule, Windows asks at the first start, and a "Cancel" there blocks the program for ever without asking
; again. The rule names the program, not ports, and never counts on public networks (a café's). Who installs only for
; themselves may not make rules: the app's first-run wizard then offers it, under the same name.

!define SNUG_RULE "${PRODUCT_NAME}"

!macro snugDeleteRule
  nsExec::Exec 'netsh advfirewall firewall delete rule name="${SNUG_RULE}" program="$INSTDIR\${APP_EXECUTABLE_FILENAME}"'
  Pop $0
!macroend

!macro customInstall
  ${if} $installMode == "all"
    ; An update comes by here too: first away with what was there, or there would be one more each time.
    !insertmacro snugDeleteRule
    nsExec::Exec 'netsh advfirewall firewall add rule name="${SNUG_RULE}" description="Lets chat apps on this network reach ${PRODUCT_NAME}" dir=in action=allow program="$INSTDIR\${APP_EXECUTABLE_FILENAME}" profile=private,domain enable=yes'
    Pop $0
    ${if} $0 != 0
      DetailPrint "The Windows firewall took no rule (netsh said $0); ${PRODUCT_NAME} will offer it again."
    ${endif}
  ${endif}
!macroend

!macro customUnInstall
  ; An update uninstalls the old version first: the rule stays for the new one.
  ${ifNot} ${isUpdated}
    ${if} $installMode == "all"
      !insertmacro snugDeleteRule
    ${else}
      ; Showing rules needs no rights, deleting them does: only who has one is asked.
      nsExec::Exec 'netsh advfirewall firewall show rule name="${SNUG_RULE}"'
      Pop $0
      ${if} $0 == 0
        ExecShellWait "runas" "$SYSDIR\netsh.exe" 'advfirewall firewall delete rule name="${SNUG_RULE}" program="$INSTDIR\${APP_EXECUTABLE_FILENAME}"' SW_HIDE
      ${endif}
    ${endif}
  ${endif}
!macroend
