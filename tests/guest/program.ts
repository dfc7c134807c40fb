import {FIELDS, FIRST_SECTOR, MAGIC, SECTOR, SECTORS_AT_ONCE} from './layout.ts';

/** Where a BIOS puts a boot sector and jumps to. */
export const ORIGIN = 0x7c00;

/** Sectors of the program, the boot sector among them. */
export const PROGRAM_SECTORS = 3;

/**
 * What the guest does, in 16-bit code that a BIOS starts. All segments are 0. Sources: the disk by Phoenix's "Enhanced Disk Drive
 * Specification" 3.0 (INT 13h, functions 41h to 48h); the power button by the ACPI specification, 4.8.3 (PM1 registers), at the port where
 * SeaBIOS puts them on QEMU's pc and q35 machines.
 */
export const PROGRAM = `
SECTOR          equ ${SECTOR}
WORDS           equ ${SECTOR / 4}           ; of 32 bits, in a sector
FIRST_SECTOR    equ ${FIRST_SECTOR}
AT_ONCE         equ ${SECTORS_AT_ONCE}            ; sectors that are read with one call at boot
MAGIC           equ ${MAGIC}
NUMBER          equ ${FIELDS.number}             ; fields of a block
GENERATION      equ ${FIELDS.generation}
IDENTITY        equ ${FIELDS.identity}
TICK            equ ${FIELDS.tick}
CLASHES         equ ${FIELDS.clashes}
CHECKSUM        equ ${FIELDS.checksum}

; What is written to is kept out of the pages (4 KiB) with code: QEMU translates code, and would do so again after each write.
STACK           equ 0x7000        ; grows down from here
REST            equ 0x7e00        ; of the program
BLOCK           equ 0x9000        ; the block to write
SEEN            equ 0x9200        ; what was read
PIECE           equ 0xa000        ; of the journal, at boot
PIECE_END       equ ${0xa000 + SECTORS_AT_ONCE * SECTOR}
VARIABLES       equ 0x9800
drive           equ 0x9800
operation       equ 0x9804
wanted          equ 0x9808
number          equ 0x980c        ; of the block that was written last, then of the next
generation      equ 0x9810
identity        equ 0x9814
clashes         equ 0x9818
capacity        equ 0x981c        ; of the journal, in blocks
written         equ 0x9820        ; the tick of the last block
newest          equ 0x9824        ; sector where the piece with the newest block begins
packet          equ 0x9830        ; what the BIOS is to read or write: the length of this packet
count           equ 0x9832        ; how many sectors
place           equ 0x9834        ; in memory: offset and segment
sector          equ 0x9838        ; on the disk, 64 bits
parameters      equ 0x9840        ; what the BIOS says of the disk: the length it may have
total           equ 0x9850        ; its sectors, 64 bits
VARIABLES_END   equ 0x9880

TICKS           equ 0x046c        ; the BIOS counts 18.2 a second here, since midnight
PACE            equ 2             ; ticks from one block to the next
LIFE            equ 63            ; a line after each 64 blocks

SERIAL          equ 0x03f8        ; the first serial port
SERIAL_STATUS   equ 0x03fd
PM_STATUS       equ 0x0600        ; ACPI: what happened
PM_ENABLE       equ 0x0602        ; what is to be noticed
PM_CONTROL      equ 0x0604
POWER_BUTTON    equ 0x0100
SOFT_OFF        equ 0x2000        ; sleep now (bit 13), as deep as it goes (type 0 on QEMU)

; ---- boot sector: load the rest of the program

start:
    cli
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, STACK
    sti
    cld
    mov di, VARIABLES             ; memory is as it was left before a reset
    mov cx, VARIABLES_END - VARIABLES
    xor ax, ax
    rep stosb
    mov word [packet], 16
    mov [drive], dl               ; the BIOS says from where it has booted
    mov word [wanted], ${PROGRAM_SECTORS - 1}
    mov word [place], REST
    mov dword [sector], 1
    call read
    jmp main

; Reads or writes 'wanted' sectors from 'sector' on, at 'place' in memory. Tries again at each tick until the disk obeys.
write:
    mov ax, 0x4300
    jmp transfer
read:
    mov ax, 0x4200
transfer:
    mov [operation], ax
try:
    mov cx, [wanted]
    mov [count], cx               ; the BIOS may have changed it
    mov ax, [operation]
    mov dl, [drive]
    mov si, packet
    int 0x13
    jnc obeyed
    mov al, 0x21                  ; !
    call put
    hlt
    jmp try
obeyed:
    ret

; Shows the character al on the screen and on the serial line.
put:
    push ax
    mov ah, 0x0e
    mov bx, 0x0007
    int 0x10
    mov dx, SERIAL_STATUS
busy:
    in al, dx
    test al, 0x20
    jz busy
    pop ax
    mov dx, SERIAL
    out dx, al
    ret

    pad 0x7dfe
    dw 0xaa55                     ; by this a BIOS knows a boot sector

; ---- find out where the journal ends

main:
    mov word [parameters], 30     ; length of what is asked for
    mov si, parameters
    mov ah, 0x48
    mov dl, [drive]
    int 0x13
    mov eax, [total]
    sub eax, FIRST_SECTOR
    and eax, -${SECTORS_AT_ONCE}
    mov [capacity], eax

    rdtsc
    mov [identity], eax

    ; Blocks are written in the order of their places: the newest is in the piece that begins with the newest.
    mov word [wanted], 1
    mov word [place], PIECE
    mov dword [sector], FIRST_SECTOR
    mov dword [newest], FIRST_SECTOR
search:
    call read
    mov si, PIECE
    call consider
    jc older
    mov eax, [sector]
    mov [newest], eax
older:
    add dword [sector], AT_ONCE
    mov eax, [capacity]
    add eax, FIRST_SECTOR
    cmp [sector], eax
    jb search

    mov word [wanted], AT_ONCE
    mov eax, [newest]
    mov [sector], eax
    call read
    mov si, PIECE
look:
    call consider
    add si, SECTOR
    cmp si, PIECE_END
    jne look

    inc dword [number]
    inc dword [generation]
    mov word [wanted], 1          ; from now on, one at a time
    mov si, text_generation
    call print
    mov eax, [generation]
    call print_number
    mov si, text_from
    call print
    mov eax, [number]
    call print_number
    mov si, text_end
    call print

    mov dx, PM_ENABLE
    mov ax, POWER_BUTTON
    out dx, ax

; ---- one block after the other

next:
    mov eax, [number]
    dec eax
    xor edx, edx
    div dword [capacity]
    add edx, FIRST_SECTOR
    mov [sector], edx

    ; Where the block is going to be there must be nothing yet but what is a whole round older.
    mov word [place], SEEN
    call read
    mov si, SEEN
    call check
    jc free
    mov eax, [si + NUMBER]
    cmp eax, [number]
    jb free
    inc dword [clashes]
free:

    mov di, BLOCK
    mov cx, WORDS
    mov eax, [number]
    rep stosd
    mov di, BLOCK
    mov dword [di], MAGIC
    mov eax, [generation]
    mov [di + GENERATION], eax
    mov eax, [identity]
    mov [di + IDENTITY], eax
    mov eax, [TICKS]
    mov [di + TICK], eax
    mov [written], eax
    mov eax, [clashes]
    mov [di + CLASHES], eax
    mov si, BLOCK
    call sum
    mov [di + CHECKSUM], ebx

    mov word [place], BLOCK
    call write

rest:
    hlt                           ; until the next interrupt, of the clock as a rule
    mov eax, [TICKS]
    sub eax, [written]            ; at midnight it starts again from 0, and this is large
    cmp eax, PACE
    jb rest

    mov dx, PM_STATUS
    in ax, dx
    cmp ax, 0xffff                ; no ACPI here
    je on
    test ah, 0x01
    jz on
    mov si, text_off
    call print
    mov dx, PM_CONTROL
    mov ax, SOFT_OFF
    out dx, ax
off:
    hlt
    jmp off

on:
    mov eax, [number]
    and eax, LIFE
    jnz quiet
    mov si, text_block
    call print
    mov eax, [number]
    call print_number
    mov si, text_end
    call print
quiet:
    inc dword [number]
    jmp next

; Remembers the block at si if it is newer than what is remembered. Sets the carry flag if not.
consider:
    call check
    jc considered
    mov eax, [number]
    cmp eax, [si + NUMBER]
    jnc is_old
    mov eax, [si + NUMBER]
    mov [number], eax
    mov eax, [si + GENERATION]
    mov [generation], eax
    mov eax, [si + CLASHES]
    mov [clashes], eax
    clc
    ret
is_old:
    stc
considered:
    ret

; Sets the carry flag unless a whole block is at si.
check:
    cmp dword [si], MAGIC
    jne broken
    push si
    call sum
    cmp ebx, [si]                 ; where the sum ends, its block has it
    pop si
    jne broken
    clc
    ret
broken:
    stc
    ret

; Sums up the words of the block at si but the last, into ebx. si goes on to the last.
sum:
    xor ebx, ebx
    mov cx, WORDS - 1
sum_word:
    lodsd
    rol ebx, 1
    add ebx, eax
    loop sum_word
    ret

; Shows the text at si, which a 0 ends.
print:
    lodsb
    or al, al
    jz printed
    call put
    jmp print
printed:
    ret

; Shows eax, in decimal.
print_number:
    mov ebx, 10
    xor cx, cx
digit:
    xor edx, edx
    div ebx
    push dx
    inc cx
    or eax, eax
    jnz digit
show:
    pop ax
    add al, 0x30
    call put
    loop show
    ret

text_generation:
    db "guest: generation ", 0
text_from:
    db " writes from block ", 0
text_block:
    db "guest: block ", 0
text_off:
    db "guest: power button, off"
text_end:
    db 13, 10, 0

    pad ${ORIGIN + PROGRAM_SECTORS * SECTOR}
`;
